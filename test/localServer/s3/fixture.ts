import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault, Faults, Role } from '../../../src/localServer/contracts';
import { listen, type Listener } from '../../../src/localServer/listener';
import { answerClientErrors } from '../../../src/localServer/s3/wire/clientError';
import { createS3Handler } from '../../../src/localServer/s3/handler';
import type { S3Switches } from '../../../src/localServer/s3/message/options';
import { openStore, type Store } from '../../../src/localServer/store/store';
import { FakeIdentity, withInstance } from './fakeIdentity';
import { signHeaders, type SigningKey } from './signer';

export {
  foreignKey,
  hmacKey,
  instanceGuid,
  oneRateGuid,
  otherInstanceGuid,
  publicBucket,
  revocableKey,
  rootKeyCrn,
  withInstance,
} from './fakeIdentity';

export class FakeFaults implements Faults {
  armed: { operation: string; fault: Fault }[] = [];

  take(request: { operation: string }): readonly Fault[] {
    const hits = this.armed.filter((item) => item.operation === request.operation);
    this.armed = this.armed.filter((item) => item.operation !== request.operation);
    return hits.map((item) => item.fault);
  }
}

export class FakeClock {
  offsetMs = 0;
  nowMs(): number {
    return Date.now() + this.offsetMs;
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | undefined>;
  readonly body: Buffer;
  readonly text: string;
  /** Text of the first element of that name. */
  xml(name: string): string | undefined;
  /** Texts of all elements of that name. */
  all(name: string): string[];
}

export interface Ask {
  readonly method?: string;
  /** Encoded path with query. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** A role's token (default Manager), a key, or nothing. */
  readonly as?: Role | 'foreign' | 'expired' | 'anonymous' | 'malformed' | SigningKey;
  readonly location?: 'us-south' | 'eu-de';
  /** Sends headers and body exactly as given, without Content-Length. */
  readonly chunked?: boolean;
}

/** A data plane on two locations, with everything around it faked. */
export class Fixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'cos-s3-'));
  readonly identity = new FakeIdentity();
  readonly faults = new FakeFaults();
  readonly clock = new FakeClock();
  store: Store;
  /** Read at each request, so that a test can set one for itself. */
  readonly switches: { -readonly [Name in keyof S3Switches]?: S3Switches[Name] } = {};
  /** What the data plane logged. */
  readonly logged: string[] = [];
  readonly #listeners: Listener[] = [];
  readonly #ports = new Map<string, number>();
  readonly #agent = new Agent({ keepAlive: true });

  private constructor() {
    this.store = openStore(join(this.folder, 'data'));
  }

  static async start(switches: Partial<S3Switches> = {}): Promise<Fixture> {
    const fixture = new Fixture();
    Object.assign(fixture.switches, switches);
    for (const location of ['us-south', 'eu-de']) {
      const handler = createS3Handler({
        store: fixture.store,
        identity: fixture.identity,
        clock: fixture.clock,
        faults: fixture.faults,
        location,
        hostnames: ['s3.local'],
        switches: fixture.switches,
        log: (line) => fixture.logged.push(line),
      });
      const listener = await listen(handler, {
        service: location,
        port: 0,
        transport: { kind: 'http' },
        prepare: answerClientErrors,
      });
      fixture.#listeners.push(listener);
      fixture.#ports.set(location, Number(new URL(listener.url).port));
    }
    return fixture;
  }

  endpoint(location: 'us-south' | 'eu-de' = 'us-south'): string {
    return `http://127.0.0.1:${this.#ports.get(location)!}`;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await Promise.all(this.#listeners.map((listener) => listener.close(0)));
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(ask: Ask): Promise<Reply> {
    const port = this.#ports.get(ask.location ?? 'us-south')!;
    const method = ask.method ?? 'GET';
    const body = typeof ask.body === 'string' ? Buffer.from(ask.body) : ask.body;
    let headers: Record<string, string> = { host: `127.0.0.1:${port}`, ...ask.headers };
    if (body !== undefined && ask.chunked !== true && headers['content-length'] === undefined) {
      headers['content-length'] = String(body.length);
    }
    const as = ask.as ?? 'Manager';
    if (typeof as === 'object') {
      const payloadHash =
        headers['x-amz-content-sha256'] ??
        createHash('sha256')
          .update(body ?? '')
          .digest('hex');
      headers = signHeaders(as, this.clock.nowMs(), { method, path: ask.path, headers, payloadHash }).headers;
    } else if (as !== 'anonymous') {
      headers['authorization'] ??= `Bearer token-${as}`;
    }
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port, method, path: ask.path, headers, agent: this.#agent, setHost: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => resolve(toReply(response.statusCode!, response.headers, Buffer.concat(chunks))));
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Creates a bucket and returns its name. */
  async bucket(
    name: string,
    headers: Record<string, string> = {},
    location: 'us-south' | 'eu-de' = 'us-south',
  ): Promise<string> {
    const reply = await this.ask({
      method: 'PUT',
      path: `/${name}`,
      headers: { ...withInstance, ...headers },
      location,
    });
    if (reply.status !== 200) {
      throw new Error(`bucket ${name}: ${reply.status} ${reply.text}`);
    }
    return name;
  }

  async put(path: string, body: string | Buffer = 'content', headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await this.ask({ method: 'PUT', path, body, headers });
    if (reply.status !== 200) {
      throw new Error(`put ${path}: ${reply.status} ${reply.text}`);
    }
    return reply;
  }
}

export function md5Base64(body: string | Buffer): string {
  return createHash('md5').update(body).digest('base64');
}

/** Headers that vouch for a document (rule 49). */
export function withMd5(body: string | Buffer): Record<string, string> {
  return { 'content-md5': md5Base64(body) };
}

function toReply(status: number, rawHeaders: NodeJS.Dict<string | string[]>, body: Buffer): Reply {
  const text = body.toString('utf8');
  const all = (name: string): string[] =>
    [...text.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map((match) => match[1] ?? '');
  const headers = Object.fromEntries(Object.entries(rawHeaders).map(([name, value]) => [name, String(value)]));
  return { status, headers, body, text, all, xml: (name) => all(name)[0] };
}
