import type { ObjectPage, ObjectSummary } from '../../model/objectInfo';
import { encodeSegment } from '../../model/objectUri';

/** One line of a directory listing: its name in a URI's path, and what it stands for. */
export type DirectoryEntry =
  | { readonly kind: 'file'; readonly name: string; readonly object: ObjectSummary }
  | { readonly kind: 'folder'; readonly name: string; readonly prefix: string };

/**
 * The directory entries of the pages of one prefix. The object that only marks the folder itself is left out; a folder
 * that has an object of the same name beside it is named `a~d` (see `model/objectUri`).
 */
export function directoryEntries(prefix: string, pages: readonly ObjectPage[]): readonly DirectoryEntry[] {
  const files: DirectoryEntry[] = [];
  const names = new Set<string>();
  for (const object of pages.flatMap((page) => page.objects)) {
    if (isMarker(prefix, object)) continue;
    const name = encodeSegment(object.key.slice(prefix.length));
    names.add(name);
    files.push({ kind: 'file', name, object });
  }
  const folders = [...new Set(pages.flatMap((page) => page.folders))].map((folder): DirectoryEntry => {
    const name = encodeSegment(folder.slice(prefix.length).replace(/\/$/, ''));
    return { kind: 'folder', name: names.has(name) ? `${name}~d` : name, prefix: folder };
  });
  return [...folders, ...files];
}

/** Whether an object only stands for the folder it is listed in: named like the prefix, and empty. */
export function isMarker(prefix: string, object: ObjectSummary): boolean {
  return prefix !== '' && object.key === prefix && object.sizeBytes === 0;
}

/** Whether the pages of a prefix show that there is such a folder. */
export function showsFolder(pages: readonly ObjectPage[]): boolean {
  return pages.some((page) => page.folders.length > 0 || page.objects.length > 0);
}
