import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keyProblem, type BucketName } from '../../model/ids';
import type { ObjectSummary } from '../../model/objectInfo';
import type { ChangedSiteFile, SiteCount, SiteFile, SitePlan } from '../../model/website';
import type { CosClient } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { objectPages } from '../pages';
import { localFailure } from '../transfers/localFailure';
import { checksumsOf, hasSum } from './siteContent';

/** More files or objects than these are no website; the lists are held in memory. */
const maxEntries = 100_000;

interface LocalFile extends SiteFile {
  readonly sizeBytes: number;
}

/**
 * Compares a folder with what lies below a prefix; reads the files that could be the same. Sends listings, and a HEAD for each
 * object in parts that is as long as its file.
 */
export async function planSite(
  client: Pick<CosClient, 'listPage' | 'headObject'>,
  { bucket, prefix, fsPath }: { readonly bucket: BucketName; readonly prefix: string; readonly fsPath: string },
  signal: AbortSignal,
): Promise<SitePlan> {
  const files: LocalFile[] = [];
  const leftOut = new LeftOut();
  await walk(fsPath, '', files, leftOut, signal);
  const objects = await listAll(client, bucket, prefix, signal);
  const sumOf = await checksumsOf(client, { bucket, prefix }, files, objects, signal);
  const uploads: ChangedSiteFile[] = [];
  const same: SiteFile[] = [];
  const [added, changed, unchanged] = [counter(), counter(), counter()];
  for (const { fsPath: path, name, ...file } of files) {
    if (keyProblem(prefix + name) !== undefined) throw badName(path);
    const object = objects.get(prefix + name);
    objects.delete(prefix + name);
    const sum = object?.sizeBytes === file.sizeBytes ? sumOf(object) : undefined;
    const isSame = sum !== undefined && (await hasSum(path, sum, signal));
    if (isSame) same.push({ fsPath: path, name });
    else uploads.push({ fsPath: path, name, change: object === undefined ? 'new' : 'changed' });
    (isSame ? unchanged : object === undefined ? added : changed).add(file.sizeBytes);
  }
  const extra = counter();
  const extraKeys: string[] = [];
  for (const { key, sizeBytes } of objects.values()) {
    if (leftOut.has(key.slice(prefix.length))) continue;
    extraKeys.push(key);
    extra.add(sizeBytes);
  }
  return {
    uploads,
    same,
    added: added.total(),
    changed: changed.total(),
    unchanged: unchanged.total(),
    extraKeys,
    extra: extra.total(),
  };
}

/** Names that begin with a dot are tools' own, such as `.git`, and stay here; only `.well-known` is for visitors. */
function isHidden(name: string): boolean {
  return name.startsWith('.') && name !== '.well-known';
}

/** What of a folder is not deployed. Objects of these names were put there otherwise, and are nobody's to delete here. */
class LeftOut {
  readonly #names = new Set<string>();

  /** Something that is neither file nor folder, a link to a folder among them. */
  add(name: string): void {
    this.#names.add(name);
  }

  has(name: string): boolean {
    const parts = name.split('/');
    return parts.some((part, at) => isHidden(part) || this.#names.has(parts.slice(0, at + 1).join('/')));
  }
}

async function walk(
  folder: string,
  below: string,
  files: LocalFile[],
  leftOut: LeftOut,
  signal: AbortSignal,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw localFailure('website/plan', 'list', folder, cause);
  });
  for (const entry of entries) {
    if (signal.aborted) throw cancelled('website/plan');
    if (isHidden(entry.name)) continue;
    const fsPath = join(folder, entry.name);
    if (entry.isDirectory()) {
      await walk(fsPath, `${below}${entry.name}/`, files, leftOut, signal);
      continue;
    }
    const state = await stat(fsPath).catch((cause: unknown) => {
      throw localFailure('website/plan', 'read', fsPath, cause);
    });
    // A link to a folder could lead anywhere, and round in a circle.
    if (!state.isFile()) {
      leftOut.add(below + entry.name);
      continue;
    }
    if (files.length >= maxEntries) throw tooMany(folder);
    files.push({ fsPath, name: below + entry.name, sizeBytes: state.size });
  }
}

async function listAll(
  client: Pick<CosClient, 'listPage'>,
  bucket: BucketName,
  prefix: string,
  signal: AbortSignal,
): Promise<Map<string, ObjectSummary>> {
  const objects = new Map<string, ObjectSummary>();
  const pages = objectPages(bucket, { prefix, delimiter: '' }, (query) => client.listPage(bucket, query, signal));
  for await (const page of pages) {
    for (const object of page.objects) objects.set(object.key, object);
    if (objects.size > maxEntries) throw tooMany(`${bucket}/${prefix}`);
  }
  return objects;
}

function counter(): { add(bytes: number): void; total(): SiteCount } {
  let [count, sum] = [0, 0];
  return {
    add(bytes) {
      count += 1;
      sum += bytes;
    },
    total: () => ({ count, bytes: sum }),
  };
}

function badName(fsPath: string): CosFailure {
  const detail = 'Its key would be longer than 1,024 bytes, or its name is not valid Unicode.';
  return new CosFailure({ kind: 'invalid', op: 'website/plan', fsPath, retry: 'never', detail });
}

function tooMany(place: string): CosFailure {
  const detail = `There are more than ${maxEntries.toLocaleString('en-US')} files or objects in "${place}".`;
  return new CosFailure({ kind: 'invalid', op: 'website/plan', retry: 'never', detail });
}
