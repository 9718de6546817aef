import { objectKey, type BucketName, type ConnectionId, type ObjectKey } from '../../model/ids';
import { objectScheme, parseObjectUri, type UriParts } from '../../model/objectUri';
import type { TransferSnapshot } from '../../model/transferState';
import type { OpenUpload } from '../../protocol/requests';
import { folderOf, isTreeNode, placeNodeOf, type TreeNode } from '../nodes/treeNode';

export interface ConnectionTarget {
  readonly connectionId: ConnectionId;
}

export interface BucketTarget extends ConnectionTarget {
  readonly bucket: BucketName;
}

/** A bucket (empty prefix) or a folder of it (prefix ending in `/`). */
export interface FolderTarget extends BucketTarget {
  readonly prefix: string;
}

export interface ObjectTarget extends BucketTarget {
  readonly key: ObjectKey;
  readonly versionId?: string;
}

/** Objects and folders selected in one bucket. */
export interface ObjectsTarget extends BucketTarget {
  readonly keys: readonly ObjectKey[];
  readonly prefixes: readonly string[];
}

/** Incomplete uploads of one bucket. */
export interface UploadsTarget extends BucketTarget {
  readonly uploads: readonly OpenUpload[];
}

/** What a command can work on. `objects`: one entry for each bucket with something selected, never empty. */
export interface TargetTypes {
  none: undefined;
  connection: ConnectionTarget;
  bucket: BucketTarget;
  folder: FolderTarget;
  object: ObjectTarget;
  objects: readonly ObjectsTarget[];
  /** Absent from the palette. */
  uploads: UploadsTarget | undefined;
  /** A node of the tree as it is; absent from the palette. */
  node: TreeNode | undefined;
  /** The same, for commands that ask by themselves where there is none. */
  anyNode: TreeNode | undefined;
  /** Transfers as they stand, never none. */
  transfers: readonly TransferSnapshot[];
  /** Files of the Explorer or the active editor that are no objects; empty when there are none. */
  localFiles: readonly UriParts[];
}

/** What a command is about to work on, before the kind that it wants is known. */
export interface Selection {
  readonly nodes: readonly TreeNode[];
  readonly uris: readonly UriParts[];
}

/** Nodes and URIs among the arguments that VS Code calls a command with: the clicked one first, all selected ones second. */
export function selectionOfArguments(args: readonly unknown[]): Selection {
  const [clicked, selected] = args;
  const all: readonly unknown[] = Array.isArray(selected) && selected.length > 0 ? selected : [clicked];
  return { nodes: all.filter(isTreeNode), uris: all.filter(isUri) };
}

/** The target of a kind that a selection stands for, or undefined when it stands for none. */
export function targetOf<T extends Exclude<keyof TargetTypes, 'transfers'>>(
  kind: T,
  selection: Selection,
): TargetTypes[T] | undefined {
  const resolve: { readonly [K in Exclude<keyof TargetTypes, 'transfers'>]: () => TargetTypes[K] | undefined } = {
    none: () => undefined,
    connection: () => connectionOf(selection),
    bucket: () => {
      const folder = folderOfSelection(selection);
      return folder === undefined ? undefined : { connectionId: folder.connectionId, bucket: folder.bucket };
    },
    folder: () => folderOfSelection(selection),
    object: () => objectsOf(selection)[0],
    objects: () => groupByBucket(selection),
    uploads: () => uploadsOf(selection),
    node: () => selection.nodes[0],
    anyNode: () => selection.nodes[0],
    localFiles: () => selection.uris.filter(({ scheme }) => !isOurs(scheme)),
  };
  return resolve[kind]();
}

/** Objects, and the views and documents that are made of them, are not files to upload. */
function isOurs(scheme: string): boolean {
  return scheme === objectScheme || scheme.startsWith(`${objectScheme}-`);
}

function connectionOf({ nodes, uris }: Selection): ConnectionTarget | undefined {
  const node = nodes[0];
  if (node !== undefined) return { connectionId: placeNodeOf(node).connection.id };
  const location = uris[0] === undefined ? undefined : parseObjectUri(uris[0]);
  return location === undefined ? undefined : { connectionId: location.connectionId };
}

/** The folder that is meant: the clicked one, or the one that holds the clicked object. */
function folderOfSelection({ nodes, uris }: Selection): FolderTarget | undefined {
  const node = nodes[0];
  if (node !== undefined) return folderOf(placeNodeOf(node));
  const location = uris[0] === undefined ? undefined : parseObjectUri(uris[0]);
  if (location?.bucket === undefined) return undefined;
  const { connectionId, bucket, key } = location;
  return { connectionId, bucket, prefix: key.slice(0, key.lastIndexOf('/') + 1) };
}

/** All uploads of a node of uploads, or the selected ones of the clicked one's bucket. */
function uploadsOf({ nodes }: Selection): UploadsTarget | undefined {
  const [first] = nodes;
  if (first?.kind !== 'uploads' && first?.kind !== 'upload') return undefined;
  const { connection, parent } = first;
  const target = { connectionId: connection.id, bucket: parent.bucket.name };
  if (first.kind === 'uploads') return { ...target, uploads: first.uploads };
  const isHere = (node: TreeNode): boolean =>
    node.kind === 'upload' && node.connection.id === connection.id && node.parent.bucket.name === target.bucket;
  const uploads = nodes.flatMap((node) => (node.kind === 'upload' && isHere(node) ? [node.upload] : []));
  return { ...target, uploads };
}

function objectsOf({ nodes, uris }: Selection): readonly ObjectTarget[] {
  const ofNodes = nodes.flatMap((node) =>
    node.kind === 'object'
      ? [{ connectionId: node.connection.id, bucket: node.bucket.name, key: node.object.key }]
      : [],
  );
  const ofUris = uris.flatMap((uri): readonly ObjectTarget[] => {
    const location = parseObjectUri(uri);
    if (location?.bucket === undefined || location.key === '') return [];
    const { connectionId, bucket, key, versionId } = location;
    return [{ connectionId, bucket, key, ...(versionId === undefined ? {} : { versionId }) }];
  });
  return [...ofNodes, ...ofUris];
}

/** An object below a selected folder is part of that folder already and not named twice. */
function groupByBucket(selection: Selection): readonly ObjectsTarget[] | undefined {
  const groups = new Map<string, { target: BucketTarget; keys: Set<string>; prefixes: Set<string> }>();
  const groupOf = (connectionId: ConnectionId, bucket: BucketName): { keys: Set<string>; prefixes: Set<string> } => {
    const id = `${connectionId}/${bucket}`;
    const group = groups.get(id) ?? { target: { connectionId, bucket }, keys: new Set(), prefixes: new Set() };
    groups.set(id, group);
    return group;
  };
  for (const node of selection.nodes) {
    if (node.kind === 'folder') groupOf(node.connection.id, node.bucket.name).prefixes.add(node.prefix);
  }
  for (const object of objectsOf(selection)) groupOf(object.connectionId, object.bucket).keys.add(object.key);
  const targets = [...groups.values()].map(({ target, keys, prefixes }): ObjectsTarget => {
    const outermost = [...prefixes].filter(
      (one) => ![...prefixes].some((other) => other !== one && one.startsWith(other)),
    );
    const alone = [...keys].filter((key) => !outermost.some((prefix) => key.startsWith(prefix)));
    return { ...target, keys: alone.map(objectKey), prefixes: outermost };
  });
  return targets.length === 0 ? undefined : targets;
}

function isUri(value: unknown): value is UriParts {
  return typeof value === 'object' && value !== null && 'scheme' in value && 'authority' in value && 'path' in value;
}
