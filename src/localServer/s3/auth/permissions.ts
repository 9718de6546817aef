import type { Role } from '../../contracts';

/**
 * What an operation needs, in the terms in which roles differ (data-plane.md §21, rule 26):
 * reading objects, listing them, listing buckets, reading configuration, writing objects, changing what a Writer may,
 * and changing what only a Manager may.
 */
export type Permission =
  | 'readObject'
  | 'listObjects'
  | 'listBuckets'
  | 'readConfig'
  | 'writeObject'
  | 'listParts'
  | 'deleteObject'
  | 'writeConfig'
  | 'manage';

const reader: readonly Permission[] = ['readObject', 'listObjects', 'listBuckets', 'readConfig', 'listParts'];
const writer: readonly Permission[] = [...reader, 'writeObject', 'deleteObject', 'writeConfig'];

const permissionsByRole: Readonly<Record<Role, readonly Permission[]>> = {
  ObjectReader: ['readObject'],
  ContentReader: ['readObject', 'listObjects'],
  Reader: reader,
  ObjectWriter: ['writeObject', 'listParts'],
  Writer: writer,
  Manager: [...writer, 'manage'],
};

export function roleAllows(role: Role, permission: Permission): boolean {
  return permissionsByRole[role].includes(permission);
}
