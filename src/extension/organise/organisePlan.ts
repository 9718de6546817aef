import { objectKey, type BucketName, type ConnectionId } from '../../model/ids';
import type { FolderTarget, ObjectsTarget } from '../command/targets';
import type { TransferRequest } from '../../protocol/requests';
import { parentPrefix } from '../nodes/place';
import type { RevealTarget } from '../services';

/** The request of copies or moves. */
export type CopyRequest = Extract<TransferRequest, { kind: 'copy' }>;

/** What copying or moving a selection into a folder means. */
export type OrganisePlan =
  | { readonly kind: 'run'; readonly requests: readonly CopyRequest[] }
  /** Everything is there already. */
  | { readonly kind: 'nothing' }
  /** The folder would go into itself. */
  | { readonly kind: 'intoItself'; readonly prefix: string };

/** Plans one request for each bucket. A copy to where something lies makes a numbered duplicate; a move there does nothing. */
export function planOrganise(
  selections: readonly ObjectsTarget[],
  folder: FolderTarget,
  mode: 'copy' | 'move',
): OrganisePlan {
  const requests: CopyRequest[] = [];
  for (const selection of selections) {
    const isHere = selection.connectionId === folder.connectionId && selection.bucket === folder.bucket;
    const ownFolder = isHere ? selection.prefixes.find((prefix) => folder.prefix.startsWith(prefix)) : undefined;
    if (ownFolder !== undefined) return { kind: 'intoItself', prefix: ownFolder };
    const lies = (name: string): boolean => isHere && parentPrefix(name) === folder.prefix;
    const goes = (name: string): boolean => !lies(name);
    requests.push(...requestOf(selection, folder, goes, mode === 'move', 'ask'));
    if (mode === 'copy') requests.push(...requestOf(selection, folder, lies, false, 'keepBoth'));
  }
  return requests.length === 0 ? { kind: 'nothing' } : { kind: 'run', requests };
}

/** Copies of everything selected, numbered, beside what it is a copy of. */
export function planDuplicates(selections: readonly ObjectsTarget[]): readonly CopyRequest[] {
  return selections.flatMap((selection) => {
    const { connectionId, bucket } = selection;
    const folders = new Set([...selection.keys, ...selection.prefixes].map(parentPrefix));
    return [...folders].flatMap((prefix) =>
      requestOf(
        selection,
        { connectionId, bucket, prefix },
        (name) => parentPrefix(name) === prefix,
        false,
        'keepBoth',
      ),
    );
  });
}

/** What is there once a request has run, under the names it asks for: a numbered copy is another one. */
export function targetsOf({ connectionId, source, target, clash }: CopyRequest): readonly RevealTarget[] {
  if (clash === 'keepBoth') return [];
  const { bucket, prefix } = target;
  const at = (key: string): RevealTarget => ({ connectionId, bucket, key: objectKey(key) });
  if (target.key !== undefined) return [at(target.key)];
  if (source.contentsOnly === true) return [at(prefix)];
  return [...source.prefixes, ...source.keys].map((name) => at(prefix + name.slice(parentPrefix(name).length)));
}

/** A folder under another name. */
export function folderRename(
  folder: { readonly connectionId: ConnectionId; readonly bucket: BucketName; readonly prefix: string },
  newPrefix: string,
): CopyRequest {
  const { connectionId, bucket, prefix } = folder;
  return {
    kind: 'copy',
    connectionId,
    source: { bucket, keys: [], prefixes: [prefix], contentsOnly: true },
    target: { bucket, prefix: newPrefix },
    deleteSource: true,
    clash: 'ask',
  };
}

function requestOf(
  { connectionId, bucket, keys, prefixes }: ObjectsTarget,
  folder: FolderTarget,
  isWanted: (name: string) => boolean,
  deleteSource: boolean,
  clash: 'ask' | 'keepBoth',
): readonly CopyRequest[] {
  const wanted = { keys: keys.filter(isWanted), prefixes: prefixes.filter(isWanted) };
  if (wanted.keys.length + wanted.prefixes.length === 0) return [];
  const isOther = connectionId !== folder.connectionId;
  return [
    {
      kind: 'copy',
      connectionId: folder.connectionId,
      source: { bucket, ...wanted, ...(isOther ? { connectionId } : {}) },
      target: { bucket: folder.bucket, prefix: folder.prefix },
      deleteSource,
      clash,
    },
  ];
}
