import { S3Error } from '../message/errors';

const maxHeadBytes = 8 * 1024;

/** The head of one part of a `multipart/form-data` body. */
export interface FormPart {
  readonly name: string;
  readonly fileName?: string;
}

const malformed = (why: string): S3Error =>
  new S3Error('MalformedPOSTRequest', `The body of your POST request is not well-formed multipart/form-data: ${why}.`);

/** The boundary that a Content-Type announces; refuses every other type. */
export function readBoundary(contentType: string | undefined): string {
  const match = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '');
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) {
    throw new S3Error(
      'RequestIsNotMultiPartContent',
      'A POST to a bucket must be of the type multipart/form-data and announce its boundary.',
    );
  }
  return boundary;
}

/** Reads a form as it arrives: `next` gives a part's head, then `bytes` its content, which must be read before the next. */
export class FormReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  // So that the first delimiter begins with a line break as all others do.
  #rest: Buffer = Buffer.from('\r\n');

  constructor(source: AsyncIterable<Buffer>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** Skips to the first delimiter. Call once, before all else. */
  async begin(): Promise<void> {
    let skippedBytes = 0;
    for await (const chunk of this.bytes()) {
      skippedBytes += chunk.length;
      if (skippedBytes > maxHeadBytes) {
        throw malformed('the boundary is not found');
      }
    }
  }

  /** The next part, undefined after the last. */
  async next(): Promise<FormPart | undefined> {
    const ending = await this.#line();
    if (ending === '--' || ending.startsWith('--')) {
      return undefined;
    }
    if (ending.trim() !== '') {
      throw malformed('a boundary is followed by something else');
    }
    let disposition: string | undefined;
    for (let line = await this.#line(); line !== ''; line = await this.#line()) {
      const header = /^content-disposition:\s*form-data\s*;(.*)$/i.exec(line);
      disposition = header?.[1] ?? disposition;
    }
    const name = parameter(disposition ?? '', 'name');
    const fileName = parameter(disposition ?? '', 'filename');
    if (name === undefined) {
      throw malformed('a part has no name');
    }
    return fileName === undefined ? { name } : { name, fileName };
  }

  /** The content of the part. */
  async *bytes(): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#rest.indexOf(this.#delimiter);
      if (end >= 0) {
        const last = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + this.#delimiter.length);
        if (last.length > 0) {
          yield last;
        }
        return;
      }
      // The end of what is there may be the beginning of the delimiter.
      const sure = Math.max(this.#rest.length - this.#delimiter.length + 1, 0);
      if (sure > 0) {
        const piece = this.#rest.subarray(0, sure);
        this.#rest = this.#rest.subarray(sure);
        yield piece;
      }
      await this.#fill();
    }
  }

  /** Lets go of the source: a form that is refused half-way is otherwise never read off its connection. */
  async release(): Promise<void> {
    await this.#source.return?.();
  }

  /** A line of a part's head; the last line of the body need not end. */
  async #line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > maxHeadBytes) {
        throw malformed('the head of a part is too long');
      }
      if (this.#rest.equals(Buffer.from('--'))) {
        return '--';
      }
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const step = await this.#source.next();
    if (step.done === true) {
      throw malformed('it ends before its last boundary');
    }
    this.#rest = this.#rest.length === 0 ? step.value : Buffer.concat([this.#rest, step.value]);
  }
}

function parameter(disposition: string, name: string): string | undefined {
  return new RegExp(`(?:^|[;\\s])${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1]?.replace(/\\(.)/g, '$1');
}
