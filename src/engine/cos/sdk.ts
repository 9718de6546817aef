import type { S3Client } from '@aws-sdk/client-s3';
import { CosFailure, saidNotDone } from '../failure';
import { answerFailure } from './answerFailure';
import { md5Base64 } from './integrity';
import { maxAnswerBytes } from './objects';
import type { S3Request, Wire } from './wire';
import { rootName } from './xml';

/** What the wire needs to know of a request that the SDK only builds and reads. */
export type SdkCall = Pick<S3Request, 'op' | 'bucket' | 'key' | 'repeatable' | 'isFinal' | 'isLongWork'> & {
  /** Headers besides those of the SDK. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body carries Content-MD5: needed for DeleteObjects on some servers, for Complete on protected buckets. */
  readonly withMd5?: boolean;
};

/** The AWS SDK as writer and reader of S3's XML. Everything between goes through our own wire. */
export interface Sdk {
  /** Runs `use` with the SDK's client; every command it sends goes out as `call` says. */
  run<T>(call: SdkCall, signal: AbortSignal, use: (client: S3Client, options: SendOptions) => Promise<T>): Promise<T>;
  close(): void;
}

/** The parts of the SDK's request and answer classes that are used. */
interface SdkRequest {
  readonly method: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Options of a command; the handler finds the call in them. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal;
  readonly call?: SdkCall;
  readonly cosSignal?: AbortSignal;
}

/** Headers of the SDK that our own path sets or that serve only AWS. */
const droppedHeaders =
  /^(?:host|authorization|content-length|expect|user-agent|x-amz-user-agent|x-amz-date|x-amz-content-sha256|amz-sdk-.*)$/;

/**
 * The SDK over a wire. It is loaded with the first call that needs it: browsing does not. Its endpoint, region, signer,
 * retry and checksums are off, since address, credentials and retry are the wire's business (data-plane §22).
 */
export function createSdk(wire: Wire): Sdk {
  let loading: Promise<S3Client> | undefined;

  async function handle(request: SdkRequest, options: SendOptions) {
    const { call, cosSignal } = options;
    if (call === undefined || cosSignal === undefined) throw new Error('an SDK command was sent outside of run()');
    const body = bodyOf(request.body);
    const headers: Record<string, string> = { ...call.headers };
    for (const [name, value] of Object.entries(request.headers)) {
      if (!droppedHeaders.test(name.toLowerCase())) headers[name.toLowerCase()] = value;
    }
    if (call.withMd5 === true && body !== undefined) headers['content-md5'] = md5Base64(body);
    const query: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (name !== 'x-id') query[name] = value === null || value === '' ? undefined : String(value);
    }
    return await wire.send(
      {
        ...call,
        method: request.method as S3Request['method'],
        query,
        headers: () => headers,
        ...(body === undefined ? {} : { body }),
      },
      cosSignal,
      async (answer, origin) => {
        const received = await answer.read(maxAnswerBytes * 16);
        if (isError(received)) {
          // Copies and Complete may fail after their 200 has gone out (data-plane §5.3): what passes is tried again, by one
          // rule for all of them.
          const facts = { headers: answer.headers, body: received.toString('utf8'), host: new URL(origin).host };
          throw saidNotDone(answerFailure(call, { ...facts, status: 500, nowMs: Date.now() }));
        }
        requireDocument(call, answer.status, received);
        return {
          response: { statusCode: answer.status, headers: { ...answer.headers }, body: new Uint8Array(received) },
        };
      },
    );
  }

  async function load(): Promise<S3Client> {
    const sdk = await import('./sdkClasses');
    return new sdk.S3Client({
      endpoint: 'https://wire.invalid',
      forcePathStyle: true,
      region: 'us-east-1', // the one region that the SDK does not write into CreateBucket
      credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
      signer: { sign: async (request) => request },
      maxAttempts: 1,
      retryMode: 'standard',
      defaultsMode: 'standard',
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { handle: handle as never },
    });
  }

  return {
    async run(call, signal, use) {
      loading ??= load();
      const client = await loading;
      const options: SendOptions = { call, cosSignal: signal };
      try {
        return await use(client, options);
      } catch (error) {
        throw error instanceof CosFailure ? error : unreadable(call, error);
      }
    },
    close() {
      loading?.then(
        (client) => client.destroy(),
        () => undefined, // never loaded, nothing to destroy
      );
    },
  };
}

function bodyOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (body instanceof Uint8Array) return body;
  throw new Error('bodies of control requests are held in memory');
}

function isError(body: Buffer): boolean {
  return /^\s*(?:<\?xml[^>]*\?>\s*)?<(?:\w+:)?Error[\s>]/.test(body.toString('latin1', 0, 300));
}

/** Documents that have to come; of anything else the SDK makes an answer without anything in it. */
const roots: Readonly<Record<string, string>> = {
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  DeleteObjects: 'DeleteResult',
  GetObjectTagging: 'Tagging',
  ListMultipartUploads: 'ListMultipartUploadsResult',
  ListParts: 'ListPartsResult',
  UploadPartCopy: 'CopyPartResult',
};

function requireDocument(call: SdkCall, status: number, received: Buffer): void {
  const wanted = roots[call.op];
  if (wanted === undefined || status >= 300 || rootName(received.toString('utf8')) === wanted) return;
  throw unreadable(call, new Error(`not a whole ${wanted}`));
}

/** An answer that the SDK cannot read. */
function unreadable(call: SdkCall, error: unknown): CosFailure {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new CosFailure(
    {
      kind: 'network',
      op: call.op,
      ...(call.bucket === undefined ? {} : { bucket: call.bucket }),
      ...(call.key === undefined ? {} : { key: call.key }),
      retry: 'never',
      detail: `The answer to ${call.op} cannot be read (${detail}).`,
    },
    { cause: error },
  );
}
