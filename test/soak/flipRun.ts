import { createCipheriv } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { vi } from 'vitest';
import { copyToStream } from '../../src/cli/cpStream';
import type { Session } from '../../src/cli/session';
import { CosFailure } from '../../src/engine/failure';
import { bucketName, objectKey } from '../../src/model/ids';
import { checksumAlgorithms, verdictText, type ChecksumAlgorithm } from '../../src/model/verdict';
import { createDirectClient } from '../fakes/directClient';
import { startFlippingRelay } from '../fakes/flippingRelay';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { startServedEngine, testConnectionId } from '../fakes/servedEngine';
import { putVouched, putVouchedParts, type VouchedObject } from '../fakes/vouchedObjects';

const bucket = bucketName('flips');
const connectionId = testConnectionId;
/** One of so many objects is large enough to be read by ranges where it becomes a file. */
const largeEvery = 40;

/** What became of downloads: those that were right by place and object, `flips` that were told, and `wrong` ones that were not. */
export interface FlipReport {
  readonly downloads: Record<string, number>;
  readonly flipsTold: number;
  readonly wrong: readonly string[];
}

type Place = 'file' | 'stdout' | 'document';
/** A transfer takes longer than a read, so there are more lanes of them. */
const lanes: readonly Place[] = ['file', 'file', 'file', 'file', 'stdout', 'document'];
/** Every third download is of each place. */
const places: readonly Place[] = ['file', 'stdout', 'document'];

/** How often an object is downloaded to a place as it is: after each download that was changed, or once. */
type Plain = 'always' | 'once';

interface Task {
  readonly place: Place;
  readonly object: VouchedObject;
  readonly withPlain: boolean;
  readonly flip: { readonly atByte: number; readonly bit: number };
}

/**
 * Downloads objects of every kind of checksum to a file, to standard output and as a document: each once with one bit turned
 * over on its way, which must end as an error with nothing kept, and as it is, which must name the checksum.
 */
export async function runFlips(seed: number, count: number, plain: Plain = 'always'): Promise<FlipReport> {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const farSide = await startLocalFarSide();
  try {
    const { small, large } = await storeObjects(farSide, below);
    const met = new Set<string>();
    const tasks = Array.from({ length: count }, (_, at): Task => {
      const isLarge = at % largeEvery === 0;
      const place = isLarge ? 'file' : places[at % places.length]!;
      const choice = isLarge ? large : small;
      const object = choice[Math.floor(isLarge ? at / largeEvery : at / places.length) % choice.length]!;
      const withPlain = plain === 'always' || !met.has(`${place} ${object.key}`);
      met.add(`${place} ${object.key}`);
      return { place, object, withPlain, flip: { atByte: below(object.bytes.length), bit: below(8) } };
    });
    const report = { downloads: {} as Record<string, number>, flipsTold: 0, wrong: [] as string[] };
    await Promise.all(
      lanes.map((place, lane) => {
        const those = tasks.filter((task) => task.place === place);
        const share = lanes.filter((other) => other === place).length;
        return runLane(
          farSide,
          those.filter((_, at) => at % share === lane % share),
          report,
        );
      }),
    );
    return report;
  } finally {
    await farSide.close();
  }
}

/** Works its share through, with an engine and a relay of its own. */
async function runLane(
  farSide: LocalFarSide,
  tasks: readonly Task[],
  report: { readonly downloads: Record<string, number>; flipsTold: number; readonly wrong: string[] },
): Promise<void> {
  const relay = await startFlippingRelay(farSide.hmac.endpoint);
  const connection = { ...farSide.hmac, endpoint: relay.endpoint, locationEndpoints: {} };
  const engine = await startServedEngine({
    connections: [connection],
    credentials: { [connectionId]: farSide.hmacKey },
    configuration: { preferredPartBytes: 5 * 1024 * 1024 },
  });
  const direct = createDirectClient(connection, farSide.hmacKey);
  const folder = mkdtempSync(join(tmpdir(), 'cos-flips-'));
  const { wrong, downloads } = report;
  try {
    // Of these the relay names no checksum: their ETag is all that there is.
    const headers = (all: NodeJS.Dict<string | string[]>, _method: string, path: string) =>
      !path.includes('/etag') ? all : Object.fromEntries(Object.entries(all).filter(([n]) => !n.includes('checksum')));
    const downloadTo = {
      file: async ({ key }: VouchedObject) => {
        const source = { kind: 'object', key: objectKey(key) } as const;
        const end = await engine.run({
          kind: 'download',
          connectionId,
          bucket,
          sources: [source],
          folderFsPath: folder,
          clash: 'fail',
        });
        const kept = readdirSync(folder);
        const bytes = kept[0] === undefined ? undefined : readFileSync(join(folder, kept[0]));
        for (const name of kept) rmSync(join(folder, name));
        if (end.state === 'failed' && end.error?.reason === 'integrity' && bytes === undefined) return 'refused';
        const verdict = end.verdicts?.[0]?.verdict;
        return { bytes, text: verdict === undefined ? `${end.state} without verdict` : verdictText(verdict) };
      },
      document: async ({ key }: VouchedObject) => {
        const answer = await engine.send('objects/read', { connectionId, bucket, key: objectKey(key), maxBytes: 1e9 });
        if (!answer.ok) return answer.error.reason === 'integrity' ? 'refused' : { text: answer.error.detail };
        const { bytes, verdict } = answer.value;
        return { bytes: Buffer.from(bytes), text: verdict === undefined ? 'no verdict' : verdictText(verdict) };
      },
      stdout: async ({ key }: VouchedObject) => {
        const out: Buffer[] = [];
        process.stderr.isTTY = true;
        const told: string[] = [];
        const spies = [
          vi.spyOn(process.stdout, 'write').mockImplementation((piece) => (out.push(Buffer.from(piece)), true)),
          vi.spyOn(process.stderr, 'write').mockImplementation((text) => (told.push(String(text)), true)),
        ];
        try {
          const session = { client: direct.client } as unknown as Session;
          await copyToStream(session, { bucket, key: objectKey(key) }, '-', new AbortController().signal);
        } catch (thrown) {
          if (thrown instanceof CosFailure && thrown.error.reason === 'integrity') return 'refused';
          return { text: String(thrown) };
        } finally {
          for (const spy of spies) spy.mockRestore();
        }
        return { bytes: Buffer.concat(out), text: told.join('').replace(/^cos: |\n$/g, '') };
      },
    } as const;
    for (const { place, object, withPlain, flip } of tasks) {
      const name = `${place} ${object.key}`;
      relay.tampering = { headers, flip };
      const flipped = await downloadTo[place](object);
      if (flipped === 'refused') report.flipsTold++;
      else wrong.push(`${name}: bit ${flip.bit} of byte ${flip.atByte} was turned over: ${flipped.text}`);
      relay.seen.length = 0;
      if (!withPlain) continue;
      relay.tampering = { headers };
      const plain = await downloadTo[place](object);
      if (plain === 'refused') wrong.push(`${name}: refused although it was right`);
      else if (plain.bytes?.equals(object.bytes) !== true) wrong.push(`${name}: other bytes: ${plain.text}`);
      else if (plain.text !== verdictText(object.verdict)) wrong.push(`${name}: ${plain.text}`);
      else downloads[name] = (downloads[name] ?? 0) + 1;
    }
  } finally {
    await engine.close();
    await direct.close();
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function storeObjects(
  farSide: LocalFarSide,
  below: (limit: number) => number,
): Promise<{ readonly small: readonly VouchedObject[]; readonly large: readonly VouchedObject[] }> {
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const raw = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, below(256)), Buffer.alloc(16));
  const random = (sizeBytes: number) => noise.update(Buffer.alloc(sizeBytes));
  await farSide.admin('PATCH', '/switches', { minPartBytes: 1 });
  await raw.send(new CreateBucketCommand({ Bucket: bucket }));
  /** Equal parts, parts that only look equal by the first one, and parts that do not. */
  const cuts = [
    [3000, 3000, 1234],
    [3000, 3500, 2000, 2900],
    [1000, 4000, 1],
  ] as const;
  const store = async (
    prefix: string,
    factor: number,
    algorithms: readonly ChecksumAlgorithm[],
    isCutSo: (at: number) => boolean,
  ): Promise<VouchedObject[]> => {
    const made: VouchedObject[] = [];
    for (const algorithm of algorithms) {
      const bytes = random(5000 * factor);
      made.push(await putVouched(raw, bucket, `${prefix}one-${algorithm}`, bytes, algorithm));
      for (const type of ['FULL_OBJECT', 'COMPOSITE'] as const) {
        const isSha = algorithm.startsWith('SHA');
        if (type === 'FULL_OBJECT' ? isSha : algorithm === 'CRC64NVME') continue;
        for (const [at, cut] of cuts.entries()) {
          if (!isCutSo(at)) continue;
          const parts = cut.map((sizeBytes) => random(sizeBytes * factor));
          made.push(await putVouchedParts(raw, bucket, `${prefix}${type}-${algorithm}-${at}`, parts, algorithm, type));
        }
      }
    }
    const key = `${prefix}etag`;
    const bytes = random(5000 * factor);
    await raw.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    made.push({ key, bytes, verdict: { kind: 'verified', by: 'MD5', of: 'whole' } });
    return made;
  };
  try {
    const small = await store('', 1, checksumAlgorithms, () => true);
    // Each of these has more than one of the ranges that are read at once.
    return { small, large: await store('large/', 700, ['CRC64NVME', 'SHA256', 'CRC32'], (at) => at === 1) };
  } finally {
    raw.destroy();
  }
}

function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
