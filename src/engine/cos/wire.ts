import { keyProblem } from '../../model/ids';
import type { Connection } from '../../model/connection';
import { isLocationCode } from '../../model/location';
import type { EngineClock } from '../clock';
import { cancelled, CosFailure, throwIfCancelled } from '../failure';
import type { WireAnswer } from '../http/exchange';
import type { HttpClient } from '../http/httpClient';
import { Redirected, redirectOf, withRedirects } from '../http/redirects';
import type { Repeatable } from '../http/retry';
import { requestAddress, withQuery, type Query } from './address';
import { answerFailure, type Subject } from './answerFailure';
import type { Authorizer } from './authorizer';
import type { BucketDirectory } from './bucketDirectory';
import { refuseWrite, type WriteGuard } from './writeGuard';

/** A request to the S3 side of the service, not yet addressed or signed. */
export interface S3Request {
  /** Operation in S3 vocabulary, e.g. `PutObject`. */
  readonly op: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket?: string;
  readonly key?: string;
  readonly query?: Query;
  /** Headers, asked for anew at each attempt. Values are as on the wire, one character for one byte. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly repeatable: Repeatable;
  /** Failures that a repetition would only meet again, although others of their kind pass. */
  readonly isFinal?: (failure: CosFailure) => boolean;
  /** Whether `ibm-service-instance-id` is needed (ListBuckets and CreateBucket only, data-plane §1.2). */
  readonly needsInstance?: boolean;
  /** Where to send it, instead of the bucket's own endpoint. */
  readonly origin?: string;
  /** Bytes that have arrived and are kept, where an attempt goes on from the one before. */
  readonly bytesArrived?: () => number;
  /** Whoever gets a piece of the body keeps no part of it. */
  readonly isBulk?: boolean;
  /** The service moves bytes before it answers. */
  readonly isLongWork?: boolean;
}

/** Addresses, signs and sends requests of one connection. */
export interface Wire {
  /**
   * Sends a request and hands a successful answer to `consume`. Failures are thrown classified. A token that is refused is
   * renewed once; a bucket that is not where it was is looked up once more.
   */
  send<T>(
    request: S3Request,
    signal: AbortSignal,
    consume: (answer: WireAnswer, origin: string) => Promise<T>,
  ): Promise<T>;
  /** Origin that a bucket is reached at. */
  originOf(bucket: string, signal: AbortSignal): Promise<string>;
}

/** What a wire is made of. */
export interface WireOptions {
  readonly connection: Connection;
  readonly http: HttpClient;
  readonly clock: EngineClock;
  readonly authorizer: Authorizer;
  readonly directory: () => BucketDirectory;
  /** Asked before every request that is no read. */
  readonly guard: WriteGuard;
}

/** How often a bucket may be said to be at another endpoint during one request. */
const mostMoves = 3;

/** Error bodies and control answers are small; what is larger is not from an S3 server. */
const maxErrorBytes = 256 * 1024;

/** Creates the wire of a connection. */
export function createWire(options: WireOptions): Wire {
  const { connection, http, clock, authorizer } = options;

  async function sendTo<T>(
    origin: string,
    request: S3Request,
    signal: AbortSignal,
    consume: (answer: WireAnswer, origin: string) => Promise<T>,
    used: { authorization: string },
  ): Promise<T> {
    const address = requestAddress(origin, connection, request.bucket, request.key);
    const firstPath = withQuery(address.path, request.query ?? {});
    await authorizer.ready(signal).catch((error: unknown) => {
      throw signal.aborted ? cancelled(request.op) : error;
    });
    const send = async (path: string): Promise<T> =>
      await http.send(
        {
          op: request.op,
          origin: address.origin,
          repeatable: request.repeatable,
          ...(request.isFinal === undefined ? {} : { isFinal: request.isFinal }),
          ...(request.bytesArrived === undefined ? {} : { bytesArrived: request.bytesArrived }),
          ...(request.isBulk === undefined ? {} : { isBulk: request.isBulk }),
          ...(request.isLongWork === undefined ? {} : { isLongWork: request.isLongWork }),
          prepare: async () => {
            const unsigned = {
              method: request.method,
              path,
              headers: request.headers?.() ?? {},
              ...(request.body === undefined ? {} : { body: request.body }),
            };
            const needsInstance = request.needsInstance === true;
            const authorized = await authorizer.authorize(address.origin, unsigned, needsInstance, signal);
            used.authorization = authorized.headers['authorization'] ?? '';
            return authorized;
          },
          consume: async (answer) => {
            if (answer.status >= 200 && answer.status < 300) return await consume(answer, origin);
            const redirect = redirectOf(answer, { op: request.op, url: `${address.origin}${path}` });
            if (redirect !== undefined) throw redirect;
            const body = await errorBody(answer);
            throw answerFailure(request, {
              status: answer.status,
              headers: answer.headers,
              body,
              host: new URL(address.origin).host,
              nowMs: clock.nowMs(),
            });
          },
        },
        signal,
      );
    return await withRedirects(address.origin, firstPath, send);
  }

  /** Where a redirect leads for a bucket: the right endpoint of the connection's own, or undefined. */
  function originAfter(redirect: Redirected, bucket: string): string | undefined {
    const { target, region } = redirect;
    const directory = options.directory();
    if (target === undefined) {
      return region !== undefined && isLocationCode(region) ? directory.originOfLocation(region) : undefined;
    }
    const origin = target.hostname.startsWith(`${bucket}.`)
      ? target.origin.replace(`//${bucket}.`, '//')
      : target.origin;
    return directory.familyOrigin(origin);
  }

  return {
    originOf: async (bucket, signal) => await options.directory().originOf(bucket, signal),
    async send(request, signal, consume) {
      throwIfCancelled(request.op, signal);
      refuseWrite(request, options.guard);
      requireUsableKey(request);
      const directory = options.directory();
      const orCancelled = async <V>(work: Promise<V>): Promise<V> =>
        await work.catch((error: unknown) => {
          throw signal.aborted ? cancelled(request.op) : error;
        });
      const { bucket } = request;
      let origin =
        request.origin ??
        (bucket === undefined ? directory.homeOrigin : await orCancelled(directory.originOf(bucket, signal)));
      const used = { authorization: '' };
      let isRenewed = false;
      let movedTimes = 0;
      let isLookedUp = request.origin !== undefined || bucket === undefined;
      for (;;) {
        try {
          return await sendTo(origin, request, signal, consume, used);
        } catch (error) {
          if (!(error instanceof CosFailure)) throw error;
          if (!isRenewed && mayBeOldToken(error)) {
            isRenewed = true;
            if (await orCancelled(authorizer.renewAfterRefusal(used.authorization, signal))) continue;
          } else if (error instanceof Redirected && bucket !== undefined && movedTimes < mostMoves) {
            movedTimes += 1;
            const next = originAfter(error, bucket);
            if (next === undefined || next === origin) throw error;
            origin = next;
            directory.moved(bucket, next);
            continue;
          } else if (!isLookedUp && bucket !== undefined && error.error.reason === 'noSuchBucket') {
            isLookedUp = true;
            const now = await orCancelled(directory.lookAgain(bucket, signal));
            if (now !== undefined && now !== origin) {
              origin = now;
              continue;
            }
            throw now === undefined ? error : wrongLocation(error, request, now);
          }
          throw error;
        }
      }
    },
  };
}

/** The service refuses an expired token with a plain AccessDenied (emulator-rules §19), others with 401. */
function mayBeOldToken({ error }: CosFailure): boolean {
  if (error.reason === 'clockSkewed') return false;
  return (error.httpStatus === 403 && error.kind === 'denied') || error.reason === 'sessionExpired';
}

function wrongLocation(failure: CosFailure, subject: Subject, origin: string): CosFailure {
  return new CosFailure(
    {
      ...failure.error,
      reason: 'wrongLocation',
      detail: `The bucket "${subject.bucket ?? ''}" is listed, but "${new URL(origin).host}", where its location says it is, does not know it. Check the endpoint and network of the connection.`,
    },
    { cause: failure },
  );
}

function requireUsableKey(request: S3Request): void {
  if (request.key === undefined) return;
  const problem = keyProblem(request.key);
  if (problem === undefined) return;
  const reason = { empty: 'is empty', tooLong: 'is longer than 1,024 bytes', notUnicode: 'is not valid Unicode' }[
    problem
  ];
  throw new CosFailure({
    kind: 'invalid',
    op: request.op,
    ...(request.bucket === undefined ? {} : { bucket: request.bucket }),
    key: request.key,
    retry: 'never',
    detail: `The object key ${reason}.`,
  });
}

async function errorBody(answer: WireAnswer): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  await answer
    .pipe((bytes) => {
      if (sizeBytes < maxErrorBytes) pieces.push(Buffer.from(bytes));
      sizeBytes += bytes.byteLength;
      if (sizeBytes >= maxErrorBytes) answer.discard();
    })
    .catch((error: unknown) => {
      if (sizeBytes === 0) throw error; // with no body at all the answer may be half of anything
    });
  return Buffer.concat(pieces).toString('utf8');
}
