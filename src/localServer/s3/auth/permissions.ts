import type { Role } from '../../contracts';

/**
 * What an operation needs, in the terms in which roles differ (credentials §5.2, data-plane §21, rule 26):
 * reading objects and their tags, listing them, listing buckets, reading configuration, writing objects, changing what a Writer may,
 * and changing what only a Manager may.
 */
export type Permission =
  | 'readObject'
  | 'readTags'
  | 'listObjects'
  | 'listBuckets'
  | 'readConfig'
  | 'writeObject'
  | 'listParts'
  | 'deleteObject'
  | 'writeConfig'
  | 'manage';

const reader: readonly Permission[] = [
  'readObject',
  'readTags',
  'listObjects',
  'listBuckets',
  'readConfig',
  'listParts',
];
const writer: readonly Permission[] = [...reader, 'writeObject', 'deleteObject', 'writeConfig'];

const permissionsByRole: Readonly<Record<Role, readonly Permission[]>> = {
  ObjectReader: ['readObject', 'readTags'],
  ContentReader: ['readObject', 'readTags', 'listObjects'],
  Reader: reader,
  ObjectWriter: ['writeObject', 'listParts'],
  Writer: writer,
  Manager: [...writer, 'manage'],
};

export function roleAllows(role: Role, permission: Permission): boolean {
  return permissionsByRole[role].includes(permission);
}
