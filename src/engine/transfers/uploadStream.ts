import type { Readable } from 'node:stream';
import type {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { UploadId } from '../../model/ids';
import { notCompared, type Verdict } from '../../model/verdict';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import type { CosClient, NewObjectAttributes, ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import { completeUpload } from '../proof/arrivalOfUpload';
import { lostBeginning } from './lostUpload';
import { isArrivalUnknown } from '../proof/arrivalUnknown';
import { patientSignals } from './context';

/** How a stream is cut and sent. */
export interface StreamOptions {
  readonly partBytes: number;
  readonly parallelParts: number;
  /** Bytes that the service has acknowledged so far. */
  readonly sent: (bytes: number) => void;
}

type UploadCommand =
  | PutObjectCommand
  | CreateMultipartUploadCommand
  | UploadPartCommand
  | CompleteMultipartUploadCommand
  | AbortMultipartUploadCommand;

const graceMs = 10_000;

/**
 * Uploads a stream whose length nobody knows. `lib-storage` cuts it and keeps count; its commands go through our own
 * client. A stream that fails, and a cancelled upload, leave no object and no parts. Answers with the bytes stored, and with what vouches for them.
 */
export async function uploadStream(
  client: CosClient,
  address: ObjectAddress,
  body: Readable,
  attributes: NewObjectAttributes,
  condition: WriteCondition,
  options: StreamOptions,
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly verdict: Verdict }> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const commands = new StreamCommands(client, address, attributes, condition, options, signal);
  const stopReading = () => body.destroy(cancelled('upload'));
  signal.addEventListener('abort', stopReading, { once: true });
  try {
    const upload = new Upload({
      client: commands as unknown as S3Client,
      params: { Bucket: address.bucket, Key: address.key, Body: body },
      partSize: options.partBytes,
      queueSize: options.parallelParts,
    });
    await upload.done();
    return { sizeBytes: commands.sentBytes, verdict: commands.verdict };
  } catch (thrown) {
    if (signal.aborted) throw cancelled('upload');
    throw thrown instanceof CosFailure ? thrown : streamFailure(address, thrown);
  } finally {
    signal.removeEventListener('abort', stopReading);
  }
}

/** What `lib-storage` needs of an SDK client: the five commands that it sends, and three facts. */
class StreamCommands {
  sentBytes = 0;
  #isUnknown = false;
  verdict: Verdict = notCompared;
  readonly config = {
    requestHandler: undefined,
    requestChecksumCalculation: () => Promise.resolve('WHEN_REQUIRED'),
    // Only serves a Location that nobody reads.
    endpoint: () => Promise.resolve({ protocol: 'https:', hostname: 'wire.invalid', path: '/' }),
    forcePathStyle: true,
  };
  readonly #client: CosClient;
  readonly #address: ObjectAddress;
  readonly #attributes: NewObjectAttributes;
  readonly #condition: WriteCondition;
  readonly #options: StreamOptions;
  readonly #signal: AbortSignal;
  readonly #patient: () => AbortSignal;
  readonly #parts = new Map<number, UploadedPart>();

  constructor(
    client: CosClient,
    address: ObjectAddress,
    attributes: NewObjectAttributes,
    condition: WriteCondition,
    options: StreamOptions,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#address = address;
    this.#attributes = attributes;
    this.#condition = condition;
    this.#options = options;
    this.#signal = signal;
    this.#patient = patientSignals(signal);
  }

  async send(command: UploadCommand): Promise<object> {
    const sdk = await import('../cos/sdkClasses');
    const patient = this.#patient();
    if (command instanceof sdk.PutObjectCommand) {
      const bytes = bytesOf(command.input.Body);
      const outcome = await this.#client.putObject(
        this.#address,
        bytes,
        this.#attributes,
        this.#condition,
        this.#signal,
      );
      this.#count(bytes);
      this.#vouch(outcome);
      return { ETag: outcome.etag };
    }
    if (command instanceof sdk.CreateMultipartUploadCommand) {
      try {
        return { UploadId: await this.#client.createMultipartUpload(this.#address, this.#attributes, patient) };
      } catch (thrown) {
        throw lostBeginning(thrown, this.#address) ?? thrown;
      }
    }
    if (command instanceof sdk.UploadPartCommand) {
      const bytes = bytesOf(command.input.Body);
      const partNumber = command.input.PartNumber ?? 0;
      const upload = { uploadId: idOf(command.input.UploadId), partNumber };
      const part = await this.#client.uploadPart(this.#address, upload, bytes, this.#signal);
      this.#parts.set(partNumber, part);
      this.#count(bytes);
      return { ETag: part.etag };
    }
    if (command instanceof sdk.CompleteMultipartUploadCommand) {
      const parts = [...this.#parts.values()].sort((a, b) => a.partNumber - b.partNumber);
      const uploadId = idOf(command.input.UploadId);
      if (this.#signal.aborted) throw cancelled('upload');
      const protection = this.#attributes.controls?.protection;
      const completion = { condition: this.#condition, ...(protection === undefined ? {} : { protection }) };
      try {
        const made = await completeUpload(this.#client, this.#address, uploadId, parts, completion, {}, patient);
        this.#vouch(made);
        return made;
      } catch (thrown) {
        this.#isUnknown = isArrivalUnknown(thrown);
        throw thrown;
      }
    }
    if (command instanceof sdk.AbortMultipartUploadCommand) {
      if (this.#isUnknown) return {}; // nobody aborts it but a person who has looked
      const signal = AbortSignal.timeout(3 * graceMs);
      await this.#client.abortMultipartUpload(this.#address, idOf(command.input.UploadId), signal);
      return {};
    }
    throw new Error('lib-storage sent a command that is not part of an upload');
  }

  #vouch({ verdict }: Pick<WriteOutcome, 'verdict'>): void {
    if (verdict !== undefined) this.verdict = verdict;
  }

  #count(bytes: Uint8Array): void {
    this.sentBytes += bytes.byteLength;
    this.#options.sent(this.sentBytes);
  }
}

function idOf(uploadId: string | undefined): UploadId {
  return (uploadId ?? '') as UploadId;
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw new Error('lib-storage hands over its parts as bytes');
}

function streamFailure(address: ObjectAddress, thrown: unknown): CosFailure {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const { bucket, key } = address;
  const detail = `the input ended early (${why}); nothing of "${key}" was stored`;
  return new CosFailure({ kind: 'localFile', op: 'upload', bucket, key, retry: 'never', detail }, { cause: thrown });
}
