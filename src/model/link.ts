/** What a link is for. Headers that the answer shall have are possible when reading only (data-plane §17). */
export type LinkWish =
  | {
      readonly method: 'GET';
      readonly expiresSeconds: number;
      readonly contentDisposition?: string;
      readonly contentType?: string;
    }
  | { readonly method: 'PUT'; readonly expiresSeconds: number };

/** A link that carries its signature: whoever has it may use it until it expires. Never stored. */
export interface Link {
  readonly url: string;
  readonly expiresAtMs: number;
}

/** `attachment; filename=…` for a name of any characters (well-formed Unicode, as keys are) (RFC 6266): plain ASCII for old clients, and the name itself. */
export function attachmentDisposition(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
