import { createHash, type Hash } from 'node:crypto';
import { chunkSignature, trailerSignature, type ChunkSigning } from '../auth/sigv4';
import { invalidRequest, S3Error } from '../message/errors';

const maxLineBytes = 8 * 1024;

/** How the chunks of an `aws-chunked` body are signed. */
export type ChunkAuthentication =
  { readonly kind: 'unsigned' } | { readonly kind: 'signed'; readonly signing: ChunkSigning };

const incomplete = (): S3Error =>
  new S3Error('IncompleteBody', 'The request body ended before its last chunk: nothing was stored.');

/**
 * Decodes `aws-chunked` (rule 54): `size[;chunk-signature=…]\r\n data \r\n … 0\r\n name:value\r\n\r\n`. Yields data as it
 * arrives, holding no chunk whole; a chunk's signature is checked at its end. `trailers` is filled by lower-case name
 * before the generator ends.
 */
export async function* decodeChunked(
  source: AsyncIterable<Buffer>,
  authentication: ChunkAuthentication,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  try {
    yield* decodeWith(reader, authentication, trailers);
  } finally {
    await reader.release();
  }
}

async function* decodeWith(
  reader: ByteReader,
  authentication: ChunkAuthentication,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  let previousSignature = authentication.kind === 'signed' ? authentication.signing.seedSignature : '';
  for (;;) {
    const line = await reader.line();
    const header = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (header === null) {
      throw invalidRequest('The aws-chunked body holds a malformed chunk header.');
    }
    const sizeBytes = Number.parseInt(header[1] ?? '0', 16);
    const hash = authentication.kind === 'signed' ? createHash('sha256') : undefined;
    yield* reader.take(sizeBytes, hash);
    if (sizeBytes > 0) {
      await reader.expectLineEnd();
    }
    if (authentication.kind === 'signed' && hash !== undefined) {
      const expected = chunkSignature(authentication.signing, previousSignature, hash.digest('hex'));
      if (header[2] !== expected) {
        throw new S3Error('SignatureDoesNotMatch', 'The signature of a chunk does not match its data.');
      }
      previousSignature = expected;
    }
    if (sizeBytes === 0) {
      break;
    }
  }
  await readTrailers(reader, trailers);
  const signature = trailers.get('x-amz-trailer-signature');
  trailers.delete('x-amz-trailer-signature');
  if (authentication.kind === 'signed' && trailers.size > 0) {
    const canonical = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    if (signature !== trailerSignature(authentication.signing, previousSignature, canonical)) {
      throw new S3Error('SignatureDoesNotMatch', 'The signature of the trailer does not match.');
    }
  }
}

async function readTrailers(reader: ByteReader, trailers: Map<string, string>): Promise<void> {
  for (;;) {
    const line = await reader.line({ endsAtEof: true });
    if (line === '') {
      break;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || trailers.size >= 16) {
      throw invalidRequest('The aws-chunked body holds a malformed trailer.');
    }
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (!(await reader.isAtEnd())) {
    throw invalidRequest('The aws-chunked body goes on after its last chunk.');
  }
}

class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #isEnded = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Lets go of the source: a body that is refused half-way is otherwise never read off its connection. */
  async release(): Promise<void> {
    await this.#source.return?.();
  }

  async line(options: { endsAtEof?: boolean } = {}): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.subarray(0, end).toString('latin1');
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > maxLineBytes) {
        throw invalidRequest('The aws-chunked body holds a line that is too long.');
      }
      if (!(await this.#fill())) {
        if (options.endsAtEof === true && this.#rest.length === 0) {
          return '';
        }
        throw incomplete();
      }
    }
  }

  async *take(sizeBytes: number, hash: Hash | undefined): AsyncGenerator<Buffer> {
    let left = sizeBytes;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#fill())) {
        throw incomplete();
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      hash?.update(piece);
      if (piece.length > 0) {
        yield piece;
      }
    }
  }

  async expectLineEnd(): Promise<void> {
    if ((await this.line()) !== '') {
      throw invalidRequest('A chunk of the aws-chunked body is longer than its header says.');
    }
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      if (!(await this.#fill())) {
        return true;
      }
    }
    return false;
  }

  async #fill(): Promise<boolean> {
    if (this.#isEnded) {
      return false;
    }
    const step = await this.#source.next();
    if (step.done === true) {
      this.#isEnded = true;
      return false;
    }
    this.#rest = this.#rest.length === 0 ? step.value : Buffer.concat([this.#rest, step.value]);
    return true;
  }
}
