import { randomUUID } from 'node:crypto';
import type { Clock } from '../contracts';
import type { BackupPolicy, BackupVault, PolicyTrouble, RecoveryRange, Restore, Stored } from '../store/backupRecords';
import type { Bucket } from '../store/buckets';
import type { Store } from '../store/store';
import { defaultBackupSettings, type BackupSettings } from './backupSettings';
import { PolicySync } from './policySync';
import { dropRange, purgeEveryMs, purgeRange, windowOf, type Window } from './recoveryRanges';
import { RestoreRun, targetProblem } from './restoreRun';

export const maximumPolicies = 3;
export const maximumActiveRestores = 3;

/**
 * Backup policies, recovery ranges and restores at work. Everything moves by the server's clock: `advance` brings all of
 * it to the present, and is called before anything is told about it.
 */
export class Backups {
  readonly settings: BackupSettings = defaultBackupSettings();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #policies: PolicySync;
  readonly #restores: RestoreRun;
  #last: Promise<unknown> = Promise.resolve();
  #nextPurgeAtMs = 0;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#policies = new PolicySync(store, this.settings);
    this.#restores = new RestoreRun(store, this.settings);
    store.objects.observe(this.#policies);
  }

  /** Brings policies, ranges and restores to the present; one call at a time. */
  advance(): Promise<void> {
    const next = this.#last.then(async () => {
      const nowMs = this.#clock.nowMs();
      this.#nextPurgeAtMs = nowMs + purgeEveryMs;
      for (const { policyId } of this.#store.backups.allPolicies()) await this.#policies.advance(policyId, nowMs);
      for (const { restoreId } of this.#store.backups.activeRestores()) await this.#restores.advance(restoreId, nowMs);
      for (const range of this.#store.backups.allRanges()) await purgeRange(this.#store, range, nowMs);
    });
    // A run that failed has told its own caller; the next one starts afresh.
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Whether something moves by itself, or ranges have slid far enough to be looked through. */
  isBusy(): boolean {
    const { backups } = this.#store;
    return (
      this.#clock.nowMs() >= this.#nextPurgeAtMs ||
      backups.activeRestores().length > 0 ||
      backups.allPolicies().some((policy) => !isSettled(policy))
    );
  }

  /** What a schedule calls. */
  run(): Promise<void> {
    return this.advance();
  }

  /** Waits for a run that is under way. */
  async settle(): Promise<void> {
    await this.#last;
  }

  /** Makes a policy and its range. */
  async createPolicy(
    bucket: Bucket,
    sourceCrn: string,
    wanted: { name: string; vault: Stored<BackupVault>; vaultCrn: string; retentionDays: number },
  ): Promise<Stored<BackupPolicy>> {
    const nowMs = this.#clock.nowMs();
    const policyId = randomUUID();
    await this.#store.write(() => {
      const rangeRowId = this.#store.backups.addRange({
        rangeId: randomUUID(),
        vaultId: wanted.vault.rowId,
        sourceCrn,
        policyName: wanted.name,
        retentionDays: wanted.retentionDays,
        createdAtMs: nowMs,
        syncedUntilMs: nowMs,
        state: 'open',
        purgedUntilMs: nowMs,
      });
      this.#store.backups.addPolicy({
        policyId,
        bucketId: bucket.id,
        name: wanted.name,
        vaultId: wanted.vault.rowId,
        vaultCrn: wanted.vaultCrn,
        retentionDays: wanted.retentionDays,
        createdAtMs: nowMs,
        rangeRowId,
        stage: 'pending',
      });
    });
    return this.#needPolicy(policyId);
  }

  /** Ends a policy. Its range stays, as far as it goes, unless the initial sync was never complete. */
  async deletePolicy(policy: Stored<BackupPolicy>): Promise<void> {
    const { backups } = this.#store;
    await this.#store.write(() => {
      backups.removePolicy(policy.rowId);
      const range = backups.findRangeById(policy.rangeRowId);
      if (range !== undefined) backups.saveRange({ ...range, state: 'closed' });
    });
    const range = backups.findRangeById(policy.rangeRowId);
    if (range !== undefined && range.startedAtMs === undefined) await dropRange(this.#store, range);
  }

  /** Puts a policy into trouble, or ends the trouble it is in (unless it has failed, which is final). */
  async setTrouble(policy: Stored<BackupPolicy>, trouble: PolicyTrouble | undefined): Promise<void> {
    await this.#store.write(() => {
      if (trouble !== undefined) this.#store.backups.savePolicy({ ...policy, trouble });
      else if (policy.trouble !== undefined) this.#policies.recover(policy);
    });
    await this.advance();
  }

  /** The window of a range at present, undefined when it is not to be seen. */
  windowOf(range: RecoveryRange): Window | undefined {
    return windowOf(range, this.#clock.nowMs());
  }

  /** Why a bucket cannot be the target of a restore, undefined when it can. */
  targetProblem(target: Bucket | undefined): string | undefined {
    return targetProblem(this.#store, this.settings, target);
  }

  /** Starts a restore. */
  async createRestore(
    source: Stored<RecoveryRange>,
    target: { bucket: Bucket; crn: string },
    pointInTimeMs: number,
  ): Promise<Stored<Restore>> {
    const restoreId = randomUUID();
    await this.#store.write(() =>
      this.#store.backups.addRestore({
        restoreId,
        vaultId: source.vaultId,
        rangeRowId: source.rowId,
        rangeId: source.rangeId,
        sourceCrn: source.sourceCrn,
        targetCrn: target.crn,
        targetBucketId: target.bucket.id,
        pointInTimeMs,
        initializedAtMs: this.#clock.nowMs(),
        status: 'initializing',
      }),
    );
    const restore = this.#store.backups.findRestore(restoreId);
    if (restore === undefined) throw new Error('the restore went away');
    return restore;
  }

  /** Ends an active restore as failed. */
  async failRestore(restore: Stored<Restore>, cause: string): Promise<void> {
    await this.#store.write(() => this.#restores.fail(restore, cause, this.#clock.nowMs()));
  }

  #needPolicy(policyId: string): Stored<BackupPolicy> {
    const policy = this.#store.backups.findPolicy(policyId);
    if (policy === undefined) throw new Error('the policy went away');
    return policy;
  }
}

function isSettled(policy: BackupPolicy): boolean {
  return policy.trouble !== undefined || (policy.stage === 'active' && policy.walk === undefined);
}
