import { plain } from '../ui/gate/plain';
import { folderUri, objectUri, type UriParts } from '../../model/objectUri';
import { formatAge, formatBytes, formatMoment } from '../ui/format';
import type { Translate } from '../ui/translate';
import { presentBackup } from './backupPresentation';
import { presentAction, presentState } from './stateTexts';
import { presentUpload, presentUploads } from '../uploads/uploadTexts';
import type {
  BucketNode,
  ConnectionNode,
  DeletedNode,
  FolderNode,
  ObjectNode,
  TreeNode,
  VersionNode,
} from '../nodes/treeNode';

/** Every word that a `viewItem` can hold. */
export const contextWords = [
  'connection',
  'local',
  'remote',
  'production',
  'bucket',
  'extra',
  'folder',
  'object',
  /** Too large for an editor. */
  'large',
  /** Its versions, or those of what is in it, are shown. */
  'versioned',
  'version',
  'deleteMarker',
  'deleted',
  /** The version that is the object now. */
  'current',
  'filtered',
  'writable',
  'readOnly',
  'uploads',
  'upload',
  'vaults',
  'vault',
  'range',
  'restore',
  'policies',
  'policy',
  'loadMore',
  'state',
  'action',
] as const;
/** A word of a `viewItem`, matched as `viewItem =~ /\bword\b/`. */
export type ContextWord = (typeof contextWords)[number];

/** A node as it is shown, before it becomes a `TreeItem`. */
export interface NodePresentation {
  readonly label: string;
  readonly description?: string;
  readonly icon?: string;
  /** The file icon of the theme comes from the URI. */
  readonly uri?: UriParts;
  readonly context: readonly ContextWord[];
  readonly collapsible: 'none' | 'collapsed' | 'expanded';
  readonly accessibilityLabel: string;
  readonly tooltip?: string;
  readonly command?: { readonly id: string; readonly title: string };
}

/** How a node looks. `nowMs` is for ages; objects larger than `maxOpenBytes` open in part only. */
export function present(
  node: TreeNode,
  nowMs: number,
  t: Translate,
  maxOpenBytes = Number.POSITIVE_INFINITY,
): NodePresentation {
  switch (node.kind) {
    case 'connection':
      return presentConnection(node, t);
    case 'bucket':
      return presentBucket(node, t);
    case 'folder':
      return presentFolder(node, t);
    case 'object':
      return presentObject(node, nowMs, t, maxOpenBytes);
    case 'deleted':
      return presentDeleted(node, nowMs, t);
    case 'version':
      return presentVersion(node, nowMs, t);
    case 'uploads':
      return presentUploads(node, t);
    case 'upload':
      return presentUpload(node, nowMs, t);
    case 'vaults':
    case 'vault':
    case 'range':
    case 'restore':
    case 'policies':
    case 'policy':
      return presentBackup(node, t);
    case 'loadMore': {
      const label = t('Load more…');
      return {
        label,
        description: t('{0} shown', node.shownCount),
        icon: 'ellipsis',
        context: ['loadMore'],
        collapsible: 'none',
        accessibilityLabel: t('Load more, {0} shown', node.shownCount),
        command: { id: 'ibmcos.tree.loadMore', title: label },
      };
    }
    case 'state':
      return presentState(node.state, t);
    case 'action':
      return presentAction(node, t);
  }
}

function writability(node: { readonly connection: ConnectionNode['connection'] }): ContextWord {
  return node.connection.isReadOnly === true ? 'readOnly' : 'writable';
}

function presentConnection(node: ConnectionNode, t: Translate): NodePresentation {
  const { connection, isLocal } = node;
  const kind = isLocal ? t('on this machine') : hostOf(connection.endpoint);
  const description = markedText(connection, kind, t);
  return {
    label: connection.name,
    description,
    icon: isLocal ? 'server-environment' : 'cloud',
    context: [
      'connection',
      isLocal ? 'local' : 'remote',
      writability(node),
      ...(connection.isProduction === true ? (['production'] as const) : []),
    ],
    // What is on this machine costs nothing to list, and is what a newcomer came to see.
    collapsible: isLocal ? 'expanded' : 'collapsed',
    accessibilityLabel: t('Connection {0}, {1}', connection.name, description),
  };
}

function presentBucket(node: BucketNode, t: Translate): NodePresentation {
  const { bucket } = node;
  const place = [bucket.location ?? bucket.locationConstraint, bucket.storageClass].filter(
    (word) => word !== undefined,
  );
  const description = [place.join(' '), ...filterText(node.filter, t)].filter((text) => text !== '').join(' · ');
  return {
    label: bucket.name,
    ...(description === '' ? {} : { description }),
    icon: 'database',
    uri: folderUri(node.connection.id, bucket.name, ''),
    context: ['bucket', ...(node.isExtra ? (['extra'] as const) : []), ...filteredWord(node.filter), writability(node)],
    collapsible: 'collapsed',
    accessibilityLabel:
      description === '' ? t('Bucket {0}', bucket.name) : t('Bucket {0}, {1}', bucket.name, description),
  };
}

function presentFolder(node: FolderNode, t: Translate): NodePresentation {
  const label = nameBelow(node.prefix.slice(0, -1), node.parentPrefix, t);
  const description = filterText(node.filter, t)[0];
  return {
    label,
    ...(description === undefined ? {} : { description }),
    icon: 'folder',
    uri: folderUri(node.connection.id, node.bucket.name, node.prefix),
    context: ['folder', ...filteredWord(node.filter), writability(node)],
    collapsible: 'collapsed',
    accessibilityLabel: description === undefined ? t('Folder {0}', label) : t('Folder {0}, {1}', label, description),
  };
}

function presentObject(node: ObjectNode, nowMs: number, t: Translate, maxOpenBytes: number): NodePresentation {
  const label = nameBelow(node.object.key, node.parentPrefix, t);
  const size = formatBytes(node.object.sizeBytes);
  const age = formatAge(node.object.modifiedAtMs, nowMs, t);
  return {
    label,
    description: `${size} · ${age}`,
    icon: 'file',
    uri: objectUri(node.connection.id, node.bucket.name, node.object.key),
    context: [
      'object',
      ...(node.object.sizeBytes > maxOpenBytes ? (['large'] as const) : []),
      ...(node.hasVersions ? (['versioned'] as const) : []),
      writability(node),
    ],
    collapsible: node.hasVersions ? 'collapsed' : 'none',
    accessibilityLabel: t('Object {0}, {1}, changed {2}', label, size, age),
    command: { id: 'ibmcos.object.open', title: t('Open') },
  };
}

function presentDeleted(node: DeletedNode, nowMs: number, t: Translate): NodePresentation {
  const label = nameBelow(node.key, node.parentPrefix, t);
  const age = formatAge(node.deletedAtMs, nowMs, t);
  return {
    label,
    description: t('deleted {0}', age),
    icon: 'trash',
    context: ['deleted', writability(node)],
    collapsible: 'collapsed',
    accessibilityLabel: t('Deleted object {0}, deleted {1}', label, age),
    tooltip: plain(node.key),
  };
}

function presentVersion(node: VersionNode, nowMs: number, t: Translate): NodePresentation {
  const { version } = node;
  const date = formatMoment(version.modifiedAtMs);
  const age = formatAge(version.modifiedAtMs, nowMs, t);
  if (version.kind === 'deleteMarker') {
    return {
      label: date,
      description: t('deleted · {0}', age),
      icon: 'trash',
      context: ['deleteMarker', writability(node)],
      collapsible: 'none',
      accessibilityLabel: t('Delete marker of {0}', date),
      tooltip: plain(version.versionId),
    };
  }
  const size = formatBytes(version.sizeBytes);
  const facts = [...(version.isLatest ? [t('current')] : []), size, age].join(' · ');
  return {
    label: date,
    description: facts,
    icon: version.isLatest ? 'circle-filled' : 'history',
    context: ['version', ...(version.isLatest ? (['current'] as const) : []), writability(node)],
    collapsible: 'none',
    accessibilityLabel: t('Version of {0}, {1}', date, facts),
    tooltip: plain(version.versionId),
    command: { id: 'ibmcos.version.open', title: t('Open') },
  };
}

function filterText(filter: string, t: Translate): readonly string[] {
  return filter === '' ? [] : [t('starts with "{0}"', filter)];
}

function filteredWord(filter: string): readonly ContextWord[] {
  return filter === '' ? [] : ['filtered'];
}

/** What a key is called within a folder. Keys may hold `//`, so a name can be empty; it must still be seen and clicked. */
function nameBelow(key: string, parentPrefix: string, t: Translate): string {
  const name = key.slice(parentPrefix.length);
  return name === '' ? t('(empty name)') : name;
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
}

function markedText(connection: ConnectionNode['connection'], kind: string, t: Translate): string {
  if (connection.isReadOnly === true) return t('{0} · read-only', kind);
  return connection.isProduction === true ? t('{0} · production', kind) : kind;
}
