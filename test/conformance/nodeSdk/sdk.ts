import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { LocalServerInfo } from '../../../src/localServer/info';
import { Missing, Refused } from '../steps';

export type Params = Readonly<Record<string, unknown>>;

interface Request {
  on(event: 'afterBuild', listener: (request: { httpRequest: HttpRequest }) => void): void;
  promise(): Promise<Record<string, unknown>>;
}

interface HttpRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Service {
  makeRequest(operation: string, params: Params): Request;
}

/** What is used of the package `ibm-cos-sdk`. */
export interface Sdk {
  readonly S3: new (options: Params) => Service;
}

/** The SDK's client, and which operations of its model were sent. */
export interface Cos {
  readonly server: LocalServerInfo;
  readonly called: ReadonlySet<string>;
  call(operation: string, params?: Params): Promise<Record<string, unknown>>;
  /** The same with a Content-MD5, where COS asks for one that the SDK does not send by itself. */
  callWithMd5(operation: string, params: Params): Promise<Record<string, unknown>>;
  /** The same client with a new token. */
  signInAgain(): Cos;
}

/** A step that calls one operation of the model, and whatever it takes to see that it worked. */
export interface OperationStep {
  readonly operation: string;
  run(cos: Cos): Promise<void>;
}

export function connect(sdk: Sdk, server: LocalServerInfo, keys: 'apiKey' | 'hmac' = 'apiKey'): Cos {
  const credentials =
    keys === 'hmac'
      ? { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey, signatureVersion: 'v4' }
      : {
          apiKeyId: server.apiKey,
          serviceInstanceId: server.serviceInstanceId,
          ibmAuthEndpoint: `${server.iamEndpoint}/identity/token`,
        };
  const called = new Set<string>();
  const signIn = (): Cos => {
    const client = new sdk.S3({
      endpoint: server.endpoint,
      region: 'us-south',
      s3ForcePathStyle: true,
      maxRetries: 0,
      httpOptions: { timeout: 60_000 },
      ...credentials,
    });
    const request = (operation: string, params: Params) => {
      called.add(operation);
      return client.makeRequest(operation.charAt(0).toLowerCase() + operation.slice(1), params);
    };
    return {
      server,
      called,
      call: (operation, params = {}) => request(operation, params).promise(),
      callWithMd5: (operation, params) => {
        const sent = request(operation, params);
        sent.on('afterBuild', ({ httpRequest }) => {
          httpRequest.headers['Content-MD5'] = createHash('md5').update(httpRequest.body).digest('base64');
        });
        return sent.promise();
      },
      signInAgain: signIn,
    };
  };
  return signIn();
}

interface ServiceError extends Error {
  readonly statusCode?: number;
  readonly code?: string;
}

/** Calls an operation that must fail with this status. Answers the error code. */
export async function failsWith(status: number, cos: Cos, operation: string, params: Params): Promise<string> {
  try {
    await cos.call(operation, params);
  } catch (error) {
    const { statusCode, code, message } = error as ServiceError;
    assert.equal(statusCode, status, `${operation}: ${code} ${message}`);
    return code ?? '';
  }
  throw new Error(`${operation} succeeded instead of failing with ${status}`);
}

/** Calls an operation of COS that the server may answer with 501 because it does not have it yet. */
export async function callIfBuilt(cos: Cos, operation: string, params: Params): Promise<Record<string, unknown>> {
  try {
    return await cos.call(operation, params);
  } catch (error) {
    if ((error as ServiceError).statusCode === 501) throw new Missing('the server answers 501 NotImplemented');
    throw error;
  }
}

/** Calls an operation that the SDK inherited from S3 and that COS does not document. */
export async function callUndocumented(cos: Cos, operation: string, params: Params): Promise<Record<string, unknown>> {
  try {
    return await cos.call(operation, params);
  } catch (error) {
    const { statusCode, code } = error as ServiceError;
    if (statusCode === 501 && code === 'NotImplemented') {
      throw new Refused('not documented for COS; the server answers 501 NotImplemented');
    }
    throw error;
  }
}

/** A part of an answer that is a list, as the SDK parsed it. */
export function list(answer: Record<string, unknown>, member: string): Record<string, unknown>[] {
  return (answer[member] ?? []) as Record<string, unknown>[];
}

export function bodyText(answer: Record<string, unknown>): string {
  return (answer['Body'] as Buffer).toString();
}
