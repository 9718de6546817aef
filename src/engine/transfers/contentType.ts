import mime from 'mime';

/** Content type by a file name's extension, or undefined for one nobody registered. Without a charset: it is not known. */
export function contentTypeOf(name: string): string | undefined {
  return mime.getType(name) ?? undefined;
}
