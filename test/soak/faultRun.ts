import { createCipheriv } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ThreadedChecksums } from '../../src/engine/checksums/threadedChecksums';
import { systemClock, type EngineClock } from '../../src/engine/clock';
import type { TransferClient } from '../../src/engine/transfers/context';
import { createTransfers, type Transfers } from '../../src/engine/transfers/createTransfers';
import type { TransfersDependencies } from '../../src/engine/transfers/dependencies';
import { Journal } from '../../src/engine/transfers/journal';
import { JournalKeeper } from '../../src/engine/transfers/journalKeeper';
import { Leases } from '../../src/engine/transfers/leases';
import type { Fault } from '../../src/localServer/contracts';
import type { Credential } from '../../src/model/connection';
import { bucketName, objectKey, type TransferId } from '../../src/model/ids';
import { isFinal, type TransferSnapshot } from '../../src/model/transferState';
import type { TransferRequest } from '../../src/protocol/requests';
import { startCountingRelay, type CountingRelay } from '../fakes/countingRelay';
import { createDirectClient, type DirectClient } from '../fakes/directClient';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import { plainConfiguration } from '../fakes/servedEngine';
import { foreignKinds, putForeign } from './foreignObjects';
import { passed, until } from '../until';

/** Everything that goes wrong in a fault run, by the name under which it is counted. */
export const faultNames = [
  'requestReset',
  'answerReset',
  'answerTruncated',
  'answerCorrupted',
  'busyBurst',
  'serverDiskFull',
  'errorIn200',
  'cancelled',
  'sourceChanged',
  'targetChanged',
  'paused',
  'engineGone',
  'tokenRevoked',
  'signedOut',
  'networkGone',
  'twoWindows',
] as const;
export type FaultName = (typeof faultNames)[number];
/** A change moves no bytes, and neither does emptying; tests of `test/server/transfers` have their failures. */
type Kind = Exclude<TransferRequest['kind'], 'resumeUpload' | 'change' | 'empty'>;

const bucket = bucketName('fault-run');
const mebibyte = 1024 * 1024;
const checksums = new ThreadedChecksums(resolve('src/engine/checksums/checksumThread.ts'));

/** How often each fault fired, and how the transfers ended. */
export interface FaultReport {
  readonly fired: Record<FaultName, number>;
  readonly ended: Record<string, number>;
  /** How often objects of others were the source, by how they were stored. */
  readonly foreign: Record<string, number>;
  /** What was found, each with the seed of its scenario. */
  readonly findings: readonly string[];
}

/**
 * Runs transfers of every kind that moves bytes with faults switched on, one seeded scenario after the other, and checks after each that
 * no byte is lost or mixed, no upload and no temporary file is left, and the reported state is true.
 * A scenario that broke an invariant is among the findings, with its seed; the others go on.
 */
export async function runFaults(firstSeed: number, runs: number): Promise<FaultReport> {
  const findings: string[] = [];
  const report: FaultReport = {
    foreign: {},
    findings,
    fired: Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>,
    ended: {},
  };
  const farSide = await startLocalFarSide();
  const direct = createDirectClient(farSide.hmac, farSide.hmacKey);
  const { info } = farSide.server;
  const raw = new S3Client({
    endpoint: info.endpoint,
    region: 'us-south',
    forcePathStyle: true,
    credentials: { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  try {
    await direct.client.createBucket(bucket, {}, AbortSignal.timeout(10_000));
    for (let run = 0; run < runs; run++) {
      const seed = firstSeed + run;
      const scenario = new Scenario(seed, farSide, direct, raw, report);
      try {
        await scenario.run(faultNames[run % faultNames.length]!);
      } catch (cause) {
        const finding = `seed ${seed}, fault ${run % faultNames.length}: ${scenario.description}: ${String(cause)}`;
        findings.push(finding);
        console.log(finding);
      } finally {
        await scenario.dispose();
      }
      if ((run + 1) % 50 === 0) console.log(`${run + 1} scenarios from seed ${firstSeed}: ${JSON.stringify(report)}`);
    }
    return report;
  } finally {
    raw.destroy();
    await direct.close();
    await farSide.close();
  }
}

/** Which transfers a fault can hit. */
const kindsOf: Record<FaultName, readonly Kind[]> = {
  requestReset: ['upload'],
  answerReset: ['download'],
  answerTruncated: ['download'],
  answerCorrupted: ['download'],
  busyBurst: ['upload', 'download', 'copy', 'delete'],
  serverDiskFull: ['upload'],
  errorIn200: ['upload', 'copy'],
  cancelled: ['upload', 'download', 'delete', 'copy'],
  sourceChanged: ['upload'],
  paused: ['upload', 'download', 'delete', 'copy'],
  engineGone: ['upload', 'download'],
  targetChanged: ['upload', 'download'],
  tokenRevoked: ['upload', 'download', 'delete', 'copy'],
  signedOut: ['upload', 'download', 'delete', 'copy'],
  networkGone: ['upload', 'download', 'copy'],
  twoWindows: ['upload', 'download', 'delete', 'copy'],
};

/** Looks for a lost service more often than the product, which waits for seconds. */
const eagerClock: EngineClock = {
  ...systemClock,
  sleep: (durationMs, signal) => systemClock.sleep(Math.min(durationMs, 100), signal),
};

class Scenario {
  description = '';
  readonly #farSide: LocalFarSide;
  readonly #raw: S3Client;
  readonly #report: FaultReport;
  readonly #random: () => number;
  readonly #folder: string;
  readonly #prefix: string;
  #transfers: Transfers;
  readonly #makeEngine: () => Transfers;
  #onStarted: () => Promise<void> = () => Promise.resolve();
  readonly #journals: Journal[] = [];
  /** Engines of this scenario that have not died. */
  readonly #alive = new Set<number>();
  readonly #isAlive = (pid: number): boolean => this.#alive.has(pid);
  #client: TransferClient;
  #relay: CountingRelay | undefined;
  #keyId = '';
  readonly #endings: (() => Promise<unknown>)[] = [];

  constructor(seed: number, farSide: LocalFarSide, direct: DirectClient, raw: S3Client, report: FaultReport) {
    this.#farSide = farSide;
    this.#raw = raw;
    this.#report = report;
    this.#random = seededRandom(seed);
    this.#folder = mkdtempSync(join(tmpdir(), 'cos-fault-'));
    this.#prefix = `run-${seed}/`;
    this.#client = direct.client;
    let count = 0;
    this.#makeEngine = () => {
      const journal = Journal.open(join(this.#folder, 'state'));
      this.#journals.push(journal);
      this.#alive.add(this.#journals.length);
      const me = { ownerId: `${seed}-${this.#journals.length}`, pid: this.#journals.length, isAlive: this.#isAlive };
      const keeper = new JournalKeeper(journal, new Leases(journal, systemClock, me));
      let last = { bytesDone: 0, revision: 0 };
      const notify: TransfersDependencies['host']['notify'] = (name, params) => {
        if (name !== 'transfers/progress') return;
        for (const snapshot of (params as { transfers: TransferSnapshot[] }).transfers) {
          demand(snapshot.bytesDone >= last.bytesDone, 'bytesDone fell');
          demand(snapshot.revision > last.revision, 'revision did not grow');
          last = snapshot;
        }
      };
      return createTransfers({
        ...surroundings,
        keeper,
        host: { decideClashes: () => Promise.resolve('cancel'), notify },
      });
    };
    const surroundings: Omit<TransfersDependencies, 'host' | 'keeper'> = {
      clientFor: () => Promise.resolve(this.#client),
      configuration: () => ({
        ...plainConfiguration,
        preferredPartBytes: 5 * mebibyte,
        memoryBudgetBytes: 16 * mebibyte,
      }),
      checksums,
      clock: eagerClock,
      ids: () => `${seed}-${++count}` as TransferId,
    };
    this.#transfers = this.#makeEngine();
  }

  async run(fault: FaultName): Promise<void> {
    const kind = this.#pick(kindsOf[fault]);
    const files = this.#makeFiles();
    this.description = `${kind} of ${files.size} files with ${fault}`;
    await this.#prepare(fault);
    switch (kind) {
      case 'upload':
        return await this.#upload(fault, files);
      case 'download':
        return await this.#download(fault, files);
      case 'copy':
        return await this.#copy(fault, files);
      case 'delete':
        return await this.#delete(fault, files);
    }
  }

  async dispose(): Promise<void> {
    this.#farSide.server.faults.clear();
    await this.#transfers.close();
    for (const end of this.#endings) await end();
    for (const journal of this.#journals) journal.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #upload(fault: FaultName, files: Map<string, Buffer>): Promise<void> {
    const old = new Map<string, Buffer>();
    for (const name of files.keys()) {
      if (fault !== 'targetChanged' && this.#random() < 0.3) old.set(name, Buffer.from(`old ${name}`));
    }
    await this.#store(old);
    const source = this.#writeFiles(files);
    const changed = [...files.keys()].at(-1)!;
    const theirs = Buffer.from('written by somebody else');
    this.#onStarted = async () => {
      if (fault === 'sourceChanged') appendFileSync(join(source, changed), 'more');
      else await this.#store(new Map([[changed, theirs]]));
    };
    const end = await this.#transfer(fault, {
      kind: 'upload',
      connectionId: this.#farSide.hmac.id,
      bucket,
      prefix: this.#prefix,
      sources: [{ fsPath: source, contentsOnly: true }],
      clash: fault === 'targetChanged' ? 'skip' : 'replace',
    });
    const stored = await this.#stored();
    if (fault === 'targetChanged') {
      // Written before ours was complete: kept. Written after: replaced ours.
      demand(stored.get(changed)?.equals(theirs) === true, 'what somebody else wrote meanwhile was replaced');
      files.delete(changed);
    }
    if (fault === 'sourceChanged') {
      const is = stored.get(changed);
      const wanted = [old.get(changed), files.get(changed)];
      demand(is === undefined || wanted.some((bytes) => bytes?.equals(is) === true), 'a changing file was mixed');
      files.delete(changed);
      stored.delete(changed);
      if (end.failures.some(({ error }) => error.reason === 'changedMeanwhile')) this.#report.fired.sourceChanged++;
      // Changed when it had been read to the end: then what was there before is stored.
      else demand(end.state === 'done', `a changed source ended as ${end.state}`);
    }
    let arrived = 0;
    for (const [name, bytes] of files) {
      const is = stored.get(name);
      if (is?.equals(bytes) === true) arrived++;
      else
        demand(
          is === undefined ? !old.has(name) : old.get(name)?.equals(is) === true,
          `"${name}" is neither old nor new`,
        );
    }
    if (end.state === 'done') demand(arrived === files.size, `done, but ${files.size - arrived} are missing`);
    const others = fault === 'sourceChanged' || fault === 'targetChanged' ? 1 : 0;
    demand(end.itemsDone <= arrived + others, `${end.itemsDone} done, ${arrived} arrived`);
    if (end.state === 'failed') demand(end.failures.length > 0, 'failed without a failure');
  }

  async #download(fault: FaultName, files: Map<string, Buffer>): Promise<void> {
    await this.#storeAsOthers(fault, files);
    const target = join(this.#folder, 'target');
    const changed = [...files.keys()].at(-1)!;
    const theirs = Buffer.from('written by somebody else');
    this.#onStarted = () => {
      mkdirSync(target, { recursive: true });
      writeFileSync(join(target, changed), theirs);
      return Promise.resolve();
    };
    const end = await this.#transfer(fault, {
      kind: 'download',
      connectionId: this.#farSide.hmac.id,
      bucket,
      sources: [{ kind: 'prefix', prefix: this.#prefix, contentsOnly: true }],
      folderFsPath: target,
      clash: 'fail',
    });
    const found = filesBelow(target);
    if (fault === 'targetChanged') {
      demand(found.get(changed)?.equals(theirs) === true, 'a file that somebody else wrote meanwhile was replaced');
      found.delete(changed);
      const isOurs = end.failures.every(({ name }) => !name.endsWith(changed)) && end.itemsSkipped === 0;
      demand(end.itemsDone === found.size + (isOurs ? 1 : 0), `${end.itemsDone} done, ${found.size} found`);
      return;
    }
    for (const [name, bytes] of found) {
      demand(!name.endsWith('.cospart'), `a temporary file "${name}" is left`);
      demand(files.get(name)?.equals(bytes) === true, `"${name}" holds other bytes`);
    }
    if (end.state === 'done') demand(found.size === files.size, `done, but ${files.size - found.size} are missing`);
    demand(end.itemsDone === found.size, `${end.itemsDone} done, ${found.size} found`);
  }

  async #copy(fault: FaultName, files: Map<string, Buffer>): Promise<void> {
    const [name, bytes] = [...files][0]!;
    await this.#storeAsOthers(fault, new Map([[name, bytes]]));
    const deleteSource = this.#random() < 0.5;
    const end = await this.#transfer(fault, {
      kind: 'copy',
      connectionId: this.#farSide.hmac.id,
      source: { bucket, keys: [objectKey(`${this.#prefix}${name}`)], prefixes: [] },
      target: { bucket, prefix: this.#prefix, key: objectKey(`${this.#prefix}copy`) },
      deleteSource,
      clash: 'fail',
      incomparable: this.#pick(['read', 'trust'] as const),
    });
    const stored = await this.#stored();
    const copy = stored.get('copy');
    demand(copy === undefined || copy.equals(bytes), 'the copy holds other bytes');
    demand(copy !== undefined || stored.get(name)?.equals(bytes) === true, 'source and copy are both gone');
    if (end.state === 'done') demand(copy !== undefined && stored.has(name) !== deleteSource, 'done, but it is not');
  }

  async #delete(fault: FaultName, files: Map<string, Buffer>): Promise<void> {
    await this.#store(files);
    await this.#store(new Map([['kept', Buffer.from('kept')]]), `${this.#prefix.slice(0, -1)}-neighbour/`);
    const end = await this.#transfer(fault, {
      kind: 'delete',
      connectionId: this.#farSide.hmac.id,
      bucket,
      keys: [],
      prefixes: [this.#prefix],
    });
    const stored = await this.#stored();
    if (end.state === 'done') demand(stored.size === 0, `done, but ${stored.size} are left`);
    demand(end.itemsDone <= files.size - stored.size, 'more were counted than deleted');
    demand((await this.#stored(`${this.#prefix.slice(0, -1)}-neighbour/`)).size === 1, 'a neighbour was deleted');
  }

  async #transfer(fault: FaultName, request: TransferRequest): Promise<TransferSnapshot> {
    const { faults } = this.#farSide.server;
    this.#arm(fault);
    const signal = new AbortController().signal;
    const { transferId } = await this.#transfers.handlers['transfers/start'](request, signal);
    if (fault === 'cancelled') {
      await until(passed(Math.floor(this.#random() * 60)), 1);
      const { state } = await this.#transfers.handlers['transfers/cancel']({ transferId }, signal);
      if (state === 'cancelled') this.#report.fired.cancelled++;
    }
    if (fault === 'paused' || fault === 'engineGone') await this.#stopAndGoOn(fault, transferId);
    if (fault === 'sourceChanged' || fault === 'targetChanged') {
      // Planned, and hardly begun.
      while ((await this.#snapshot(transferId)).itemsTotal === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await this.#onStarted();
      if (fault === 'targetChanged') this.#report.fired.targetChanged++;
    }
    if (fault === 'tokenRevoked' || fault === 'signedOut') await this.#loseSignIn(fault, transferId);
    if (fault === 'networkGone') await this.#loseNetwork(transferId);
    if (fault === 'twoWindows') await this.#inTwoWindows(transferId);
    await this.#transfers.finished(transferId);
    for (const rule of faults.list()) {
      const name = rule.match.operation === undefined ? 'busyBurst' : fault;
      this.#report.fired[name] += rule.firedCount;
    }
    faults.clear();
    const end = await this.#snapshot(transferId);
    this.#report.ended[end.state] = (this.#report.ended[end.state] ?? 0) + 1;
    const total = end.itemsDone + end.itemsFailed + end.itemsSkipped;
    if (end.state === 'done') {
      demand(total === end.itemsTotal, 'done, but the counts do not add up');
      if (end.kind !== 'delete' && end.itemsSkipped === 0)
        demand(end.bytesDone === end.bytesTotal, 'done, but bytes are missing');
    }
    if (end.state === 'cancelled') demand(fault === 'cancelled', 'cancelled by nobody');
    // A service that is too busy to abort one is asked again later.
    for (const startedAtMs = Date.now(); ; await until(passed(20))) {
      const uploads = await this.#raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      if ((uploads.Uploads ?? []).length === 0) return end;
      demand(Date.now() - startedAtMs < 5000, `an upload of "${uploads.Uploads?.[0]?.Key ?? ''}" is left`);
    }
  }

  /** Stops a transfer at random moments, by a pause or by the end of its engine, and goes on with it. */
  async #stopAndGoOn(fault: 'paused' | 'engineGone', transferId: TransferId): Promise<void> {
    const signal = new AbortController().signal;
    for (let times = 1 + this.#below(3); times > 0; times--) {
      await until(passed(this.#below(15)), 1);
      if (fault === 'paused') {
        const { canPause } = await this.#snapshot(transferId);
        if (canPause) await this.#transfers.handlers['transfers/pause']({ transferId }, signal);
      } else if (!isFinal((await this.#snapshot(transferId)).state)) {
        const gone = this.#transfers;
        this.#alive.delete(this.#journals.length);
        await gone.close();
        if (isFinal((await this.#snapshot(transferId)).state)) return; // it had just ended
        this.#transfers = this.#makeEngine();
      }
      const listed = await this.#find(transferId);
      if (listed?.canResume !== true) continue;
      this.#report.fired[fault]++;
      await this.#transfers.handlers['transfers/resume']({ transferId }, signal);
    }
  }

  /** What a fault needs before its transfer begins: another way to the service. */
  async #prepare(fault: FaultName): Promise<void> {
    if (fault === 'networkGone') {
      const relay = await startCountingRelay(this.#farSide.server.info.endpoint);
      this.#relay = relay;
      const { locationEndpoints: _elsewhere, ...connection } = {
        ...this.#farSide.hmac,
        endpoint: this.#relay.endpoint,
      };
      const through = createDirectClient(connection, this.#farSide.hmacKey);
      this.#client = through.client;
      this.#endings.push(
        () => through.close(),
        () => relay.close(),
      );
    }
    if (fault === 'tokenRevoked') this.#signIn(this.#farSide.apiKey);
    if (fault === 'signedOut') await this.#signInWithNewKey();
  }

  #signIn(credential: Credential): void {
    const signedIn = createDirectClient(this.#farSide.iam, credential);
    this.#client = signedIn.client;
    this.#endings.push(() => signedIn.close());
  }

  async #signInWithNewKey(): Promise<void> {
    const made = await this.#farSide.admin('POST', '/keys', { role: 'Manager' });
    const { id, apiKey } = made as { id: string; apiKey: string };
    this.#keyId = id;
    this.#signIn({ kind: 'apiKey', apiKey });
  }

  /** Makes every token void at a random moment; for `signedOut` its key, too, so that somebody has to sign in again. */
  async #loseSignIn(fault: 'tokenRevoked' | 'signedOut', transferId: TransferId): Promise<void> {
    await this.#moment();
    if (isFinal((await this.#snapshot(transferId)).state)) return;
    if (fault === 'signedOut') await this.#farSide.admin('DELETE', `/keys/${this.#keyId}`);
    await this.#farSide.admin('POST', '/tokens/revoke', { all: true });
    if (fault === 'tokenRevoked') {
      this.#report.fired.tokenRevoked++;
      await this.#transfers.finished(transferId);
      demand((await this.#snapshot(transferId)).state === 'done', 'a token that was void was not renewed');
      return;
    }
    await this.#transfers.finished(transferId);
    const { state, error, canResume, canRetry } = await this.#snapshot(transferId);
    if (state === 'done') return;
    demand(error?.kind === 'signInNeeded', `signed out, but ${state} with ${error?.kind} (${error?.detail})`);
    demand(canResume || canRetry, 'it can neither go on nor be tried again');
    this.#report.fired.signedOut++;
    await this.#signInWithNewKey();
    const again = canResume ? 'transfers/resume' : 'transfers/retry';
    await this.#transfers.handlers[again]({ transferId }, new AbortController().signal);
    await this.#transfers.finished(transferId);
    demand((await this.#snapshot(transferId)).state === 'done', 'not done after signing in again');
  }

  /** Cuts every connection at a random moment, for a while. */
  async #loseNetwork(transferId: TransferId): Promise<void> {
    await this.#moment();
    await this.#relay?.goAway();
    await this.#transfers.finished(transferId);
    const { state, isWaiting, canRetry } = await this.#snapshot(transferId);
    await this.#relay?.comeBack();
    if (state === 'done') return;
    this.#report.fired.networkGone++;
    if (state === 'failed' && canRetry) {
      await this.#transfers.handlers['transfers/retry']({ transferId }, new AbortController().signal);
    } else demand(isWaiting === true, `the network was gone, and it is ${state}`);
    for (const startedAtMs = Date.now(); !isFinal((await this.#snapshot(transferId)).state);) {
      demand(Date.now() - startedAtMs < 20_000, 'it did not go on by itself');
      await until(passed(20), 20);
    }
    demand((await this.#snapshot(transferId)).state === 'done', 'not done although the network is back');
  }

  /** Another window may only look on while the first runs the transfer; after a pause one of both goes on. */
  async #inTwoWindows(transferId: TransferId): Promise<void> {
    const signal = new AbortController().signal;
    const other = this.#makeEngine();
    const first = this.#transfers;
    this.#endings.push(
      () => first.close(),
      () => other.close(),
    );
    await this.#moment();
    const refused = await Promise.allSettled([
      other.handlers['transfers/resume']({ transferId }, signal),
      other.handlers['transfers/pause']({ transferId }, signal),
    ]);
    const { canPause } = await this.#snapshot(transferId);
    if (canPause) {
      demand(
        refused.every(({ status }) => status === 'rejected'),
        'another window took a transfer that was running',
      );
      await first.handlers['transfers/pause']({ transferId }, signal);
    }
    if ((await this.#snapshot(transferId)).state !== 'paused') return;
    const both = await Promise.allSettled(
      [first, other].map((window) => window.handlers['transfers/resume']({ transferId }, signal)),
    );
    demand(both.filter(({ status }) => status === 'fulfilled').length === 1, 'two windows run the same transfer');
    this.#report.fired.twoWindows++;
    if (both[1]?.status === 'fulfilled') this.#transfers = other;
  }

  /** Waits until some time in a transfer, early enough for a fast machine not to be done by then. */
  async #moment(): Promise<void> {
    await until(passed(this.#below(12)), 1);
  }

  async #find(transferId: TransferId): Promise<TransferSnapshot | undefined> {
    const all = await this.#transfers.handlers['transfers/list'](null, new AbortController().signal);
    return all.find((one) => one.transferId === transferId);
  }

  async #snapshot(transferId: TransferId): Promise<TransferSnapshot> {
    const all = await this.#transfers.handlers['transfers/list'](null, new AbortController().signal);
    return all.find((one) => one.transferId === transferId)!;
  }

  #arm(fault: FaultName): void {
    const { faults } = this.#farSide.server;
    const seed = Math.floor(this.#random() * 2 ** 31);
    const arm = (armed: Fault, operation: string | undefined, count: number, skip = 0) =>
      faults.arm({ fault: armed, match: operation === undefined ? {} : { operation }, count, skip, seed });
    const bytes = Math.floor(this.#random() * 3000);
    switch (fault) {
      case 'requestReset':
        arm({ kind: 'resetAfter', bytes }, 'UploadPart', 1 + this.#below(2), this.#below(2));
        arm({ kind: 'resetAfter', bytes }, 'PutObject', 1 + this.#below(3));
        return;
      case 'answerReset':
        arm({ kind: 'resetAfter', bytes }, 'GetObject', 1 + this.#below(4), this.#below(2));
        return;
      case 'answerTruncated':
        arm({ kind: 'truncateAfter', bytes }, 'GetObject', 1 + this.#below(4));
        return;
      case 'answerCorrupted':
        arm({ kind: 'corruptBody' }, 'GetObject', 1);
        return;
      case 'busyBurst':
        // Sometimes longer than anybody's patience.
        arm({ kind: 'status', status: 503 }, undefined, this.#random() < 0.3 ? 60 : 1 + this.#below(5), this.#below(3));
        return;
      case 'serverDiskFull':
        arm({ kind: 'diskFull' }, 'PutObject', this.#random() < 0.5 ? 30 : 2);
        arm({ kind: 'diskFull' }, 'UploadPart', this.#random() < 0.5 ? 30 : 2);
        return;
      case 'errorIn200':
        arm({ kind: 'errorIn200' }, 'CompleteMultipartUpload', 1 + this.#below(2));
        arm({ kind: 'errorIn200' }, 'CopyObject', 1 + this.#below(2));
        return;
      case 'cancelled':
      case 'sourceChanged':
      case 'targetChanged':
      case 'paused':
      case 'engineGone':
      case 'tokenRevoked':
      case 'signedOut':
      case 'networkGone':
      case 'twoWindows':
    }
  }

  #makeFiles(): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    const names = ['a', 'b.txt', 'sub/c', 'sub/deep/d.json', 'e f', 'ü'];
    for (const name of names.slice(0, 1 + this.#below(names.length))) {
      const kind = this.#below(4);
      const size =
        kind === 0 ? 1 + this.#below(5000) : kind === 1 ? mebibyte : kind === 2 ? 6 * mebibyte : 11 * mebibyte + 5;
      files.set(name, this.#noise(size));
    }
    files.set('z-last', this.#noise(6 * mebibyte));
    return files;
  }

  /** Bytes of which no two runs are alike, so that none can be swapped. */
  #noise(sizeBytes: number): Buffer {
    const key = Buffer.alloc(16);
    key.writeUInt32LE(this.#below(2 ** 32));
    return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
  }

  #writeFiles(files: Map<string, Buffer>): string {
    const source = join(this.#folder, 'source');
    for (const [name, bytes] of files) {
      mkdirSync(join(source, name, '..'), { recursive: true });
      writeFileSync(join(source, name), bytes);
    }
    return source;
  }

  async #store(files: Map<string, Buffer>, prefix = this.#prefix): Promise<void> {
    const direct = createDirectClient(this.#farSide.hmac, this.#farSide.hmacKey);
    for (const [name, bytes] of files) {
      const address = { bucket, key: objectKey(`${prefix}${name}`) };
      await direct.client.putObject(address, bytes, { headers: {} }, { kind: 'always' }, AbortSignal.timeout(30_000));
    }
    await direct.close();
  }

  /** Half of the large ones as other clients store them, in parts. */
  async #storeAsOthers(fault: FaultName, files: Map<string, Buffer>): Promise<void> {
    const ours = new Map(files);
    // Nothing can tell a bit that was turned over where nothing vouches.
    const kinds = foreignKinds.filter((kind) => fault !== 'answerCorrupted' || kind !== 'parts without checksum');
    for (const [name, bytes] of files) {
      if (bytes.length <= 5 * mebibyte || this.#random() < 0.5) continue;
      ours.delete(name);
      const kind = this.#pick(kinds);
      await putForeign(this.#raw, bucket, `${this.#prefix}${name}`, bytes, kind);
      this.#report.foreign[kind] = (this.#report.foreign[kind] ?? 0) + 1;
    }
    await this.#store(ours);
  }

  /** What is there, as a client tells that nobody here wrote. */
  async #stored(prefix = this.#prefix): Promise<Map<string, Buffer>> {
    const page = await this.#raw.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
    const stored = new Map<string, Buffer>();
    for (const { Key: key } of page.Contents ?? []) {
      const object = await this.#raw.send(new GetObjectCommand({ Bucket: bucket, Key: key! }));
      stored.set(key!.slice(prefix.length), Buffer.from(await object.Body!.transformToByteArray()));
    }
    return stored;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }
}

function filesBelow(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return files; // a cancelled download leaves not even its folder
  }
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(folder, path), readFileSync(path));
  }
  return files;
}

function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
