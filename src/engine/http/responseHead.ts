/** The head of an answer whose body has a length that is known from the start. */
export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly lengthBytes: number;
  /** Whether the connection ends with this answer. */
  readonly isLast: boolean;
}

/**
 * Reads status line and headers, without the blank line that ends them (RFC 9112, sections 4 to 6). Undefined for whatever
 * is not plain: another version than 1.1, folded or malformed lines, a body in chunks or without a length. Node's own parser
 * has to read those.
 */
export function parseResponseHead(text: string): ResponseHead | undefined {
  const lines = text.split('\r\n');
  const status = /^HTTP\/1\.1 ([1-5]\d\d)(?: |$)/.exec(lines[0] ?? '')?.[1];
  if (status === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const [, rawName, value] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (rawName === undefined || value === undefined || /[\r\n\0]/.test(value)) return undefined;
    const name = rawName.toLowerCase();
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    // Two lengths may be meant to make two readers see two different bodies.
    if (before !== undefined && name === 'content-length') return undefined;
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  const lengthBytes = bodyLength(Number(status), headers);
  if (lengthBytes === undefined) return undefined;
  return { status: Number(status), headers, lengthBytes, isLast: /\bclose\b/i.test(headers['connection'] ?? '') };
}

function bodyLength(status: number, headers: Readonly<Record<string, string>>): number | undefined {
  if (headers['transfer-encoding'] !== undefined || headers['upgrade'] !== undefined) return undefined;
  if (status < 200) return status === 101 ? undefined : 0;
  if (status === 204 || status === 304) return 0;
  const length = headers['content-length'];
  if (length === undefined || !/^\d{1,15}$/.test(length)) return undefined;
  return Number(length);
}
