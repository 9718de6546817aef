import type { Verdict } from '../../model/verdict';
import { objectKey } from '../../model/ids';
import type { ObjectInfo } from '../../model/objectInfo';
import type { EngineRequests } from '../../protocol/requests';
import { aclToKeep, proveAcl, writeWithAcl } from '../cos/keptAcl';
import type { CosClient, ObjectAddress } from '../cos/client';
import type { EngineHandlers } from '../engine';
import { CosFailure } from '../failure';
import { contentTypeOf } from '../transfers/contentType';
import type { ClientFor } from './buckets';
import { countObjects } from './count';

type ObjectMethods = Extract<keyof EngineRequests, `objects/${string}`>;

/** What an editor may hold: `objects/read` never answers with more. */
const maxDocumentBytes = 16 * 1024 * 1024;

/** Requests about objects. */
export function createObjectHandlers(clientFor: ClientFor): Pick<EngineHandlers, ObjectMethods> {
  return {
    'objects/listPage': async ({ connectionId, bucket, ...query }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.listPage(bucket, query, signal);
    },
    'objects/head': async ({ connectionId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.headObject(address, signal);
    },
    'objects/getTags': async ({ connectionId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getTags(address, signal);
    },
    'objects/read': async ({ connectionId, maxBytes, range, ifMatch, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      const limitBytes = Math.min(maxBytes, maxDocumentBytes);
      if (range !== undefined && range.lengthBytes > limitBytes) throw tooLarge(address, range.lengthBytes, limitBytes);
      const options = { ...(range === undefined ? {} : { range }), ...(ifMatch === undefined ? {} : { ifMatch }) };
      try {
        return await readWhole(client, address, options, limitBytes, signal);
      } catch (error) {
        if (!(error instanceof CosFailure) || error.error.reason !== 'integrity') throw error;
        return await readWhole(client, address, options, limitBytes, signal); // once more; then it is not the line
      }
    },
    'objects/write': async ({ connectionId, bucket, key, bytes, attributes, condition }, signal) => {
      const client = await clientFor(connectionId, signal);
      const refusal = client.guard('putObject');
      if (refusal !== undefined) throw refusal;
      // Only what has no type gets one by its name: a saved object keeps its own.
      const contentType = attributes.headers.contentType ?? contentTypeOf(key);
      const headers = contentType === undefined ? attributes.headers : { ...attributes.headers, contentType };
      const address = { bucket, key };
      // What replaces an object is read by the same people.
      const acl = condition.kind === 'ifAbsent' ? undefined : await aclToKeep(client, address, signal);
      const controls = acl === undefined ? {} : { controls: { acl } };
      const written = await writeWithAcl(address, acl, () =>
        client.putObject(address, bytes, { ...attributes, headers, ...controls }, condition, signal),
      );
      const { versionId } = written;
      await proveAcl(client, versionId === undefined ? address : { ...address, versionId }, written.etag, acl, signal);
      return written;
    },
    'objects/createFolder': async ({ connectionId, bucket, prefix }, signal) => {
      const client = await clientFor(connectionId, signal);
      if (!prefix.endsWith('/')) throw notAFolder(bucket, prefix);
      const address: ObjectAddress = { bucket, key: objectKey(prefix) };
      const below = await client.listPage(bucket, { prefix, delimiter: '', maxKeys: 1 }, signal);
      if (below.objects.length > 0) throw folderExists(address);
      const headers = { contentType: 'application/x-directory' };
      try {
        await client.putObject(address, new Uint8Array(), { headers }, { kind: 'ifAbsent' }, signal);
      } catch (error) {
        if (error instanceof CosFailure && error.error.reason === 'alreadyExists') throw folderExists(address);
        throw error;
      }
      return null;
    },
    'objects/count': async ({ connectionId, bucket, ...selection }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await countObjects(client, bucket, selection, signal);
    },
    'objects/url': async ({ connectionId, ...address }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.objectUrl(address);
    },
  };
}

async function readWhole(
  client: CosClient,
  address: ObjectAddress,
  options: { range?: { offsetBytes: number; lengthBytes: number }; ifMatch?: string },
  limitBytes: number,
  signal: AbortSignal,
): Promise<{ info: ObjectInfo; bytes: Uint8Array; verdict?: Verdict }> {
  let bytes = new Uint8Array();
  const onInfo = (info: ObjectInfo): void => {
    const { range } = options;
    const wantedBytes =
      range === undefined ? info.sizeBytes : Math.min(range.lengthBytes, info.sizeBytes - range.offsetBytes);
    if (wantedBytes > limitBytes) throw tooLarge(address, wantedBytes, limitBytes);
    bytes = new Uint8Array(Math.max(0, wantedBytes));
  };
  try {
    const { verdict, ...info } = await client.readObject(
      address,
      { ...options, onInfo },
      (piece, offset) => bytes.set(piece, offset),
      signal,
    );
    return { info, bytes, ...(verdict === undefined ? {} : { verdict }) };
  } catch (error) {
    // Nothing lies in the range: the object is empty, or ends before it.
    if (!(error instanceof CosFailure) || error.error.httpStatus !== 416) throw error;
    return { info: await client.headObject(address, signal), bytes: new Uint8Array() };
  }
}

function tooLarge(address: ObjectAddress, sizeBytes: number, limitBytes: number): CosFailure {
  return new CosFailure({
    kind: 'tooLarge',
    op: 'objects/read',
    bucket: address.bucket,
    key: address.key,
    retry: 'never',
    detail: `"${address.key}" has ${sizeBytes} bytes; at most ${limitBytes} can be opened at once.`,
  });
}

function notAFolder(bucket: string, prefix: string): CosFailure {
  const detail = `A folder's name ends in "/", "${prefix}" does not.`;
  return new CosFailure({ kind: 'invalid', op: 'objects/createFolder', bucket, key: prefix, retry: 'never', detail });
}

function folderExists({ bucket, key }: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'conflict',
    op: 'objects/createFolder',
    reason: 'alreadyExists',
    bucket,
    key,
    retry: 'never',
    detail: `There is a folder "${key}" already.`,
  });
}
