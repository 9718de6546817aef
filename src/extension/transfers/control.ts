import type { CosError, Result } from '../../model/cosError';
import type { TransferId } from '../../model/ids';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import type { EngineClient, FailureReporter } from '../services';
import type { TransferMirror } from './mirror';

type Steering = 'transfers/pause' | 'transfers/resume' | 'transfers/cancel' | 'transfers/retry';

/** What steering transfers needs. */
export interface ControlServices {
  readonly engine: Pick<EngineClient, 'send'>;
  readonly failures: Pick<FailureReporter, 'report'>;
}

/** Steers transfers that exist: each method asks the engine for all of them at once and reports the first refusal. */
export class TransferControl {
  readonly #services: ControlServices;
  readonly #mirror: TransferMirror;
  readonly #onStarted: (id: TransferId) => void;

  /** `onStarted` hears of transfers that go on or are tried again from here. */
  constructor(services: ControlServices, mirror: TransferMirror, onStarted: (id: TransferId) => void) {
    this.#services = services;
    this.#mirror = mirror;
    this.#onStarted = onStarted;
  }

  async pause(ids: readonly TransferId[]): Promise<void> {
    await this.#steer('transfers/pause', ids);
  }

  async resume(ids: readonly TransferId[]): Promise<void> {
    for (const { transferId } of await this.#steer('transfers/resume', ids)) this.#onStarted(transferId);
  }

  /** Answers once the work has stopped and its traces are gone. */
  async cancel(ids: readonly TransferId[]): Promise<void> {
    await this.#steer('transfers/cancel', ids);
  }

  async retry(ids: readonly TransferId[]): Promise<void> {
    for (const { transferId } of await this.#steer('transfers/retry', ids)) this.#onStarted(transferId);
  }

  /** Drops finished transfers. One that the engine does not know any more is dropped all the same. */
  async remove(ids: readonly TransferId[]): Promise<void> {
    const answers = await Promise.all(
      ids.map((transferId) => this.#services.engine.send('transfers/remove', { transferId })),
    );
    this.#mirror.remove(ids.filter((_id, index) => isGone(answers[index])));
    await this.#reportFirst(answers.filter((answer) => !isGone(answer)));
  }

  async pauseAll(): Promise<void> {
    await this.pause(this.#mine(({ canPause }) => canPause));
  }

  async resumeAll(): Promise<void> {
    await this.resume(this.#mine(({ canResume }) => canResume));
  }

  async clearFinished(): Promise<void> {
    const finished = this.#mine(({ state }) => isFinal(state));
    const answer = await this.#services.engine.send('transfers/clearFinished', null);
    if (answer.ok) this.#mirror.remove(finished);
    else await this.#reportFirst([answer]);
  }

  #mine(accepts: (snapshot: TransferSnapshot) => boolean): readonly TransferId[] {
    return this.#mirror
      .list()
      .filter((snapshot) => !snapshot.isOwnedElsewhere && accepts(snapshot))
      .map(({ transferId }) => transferId);
  }

  async #steer(method: Steering, ids: readonly TransferId[]): Promise<readonly TransferSnapshot[]> {
    const answers = await Promise.all(
      ids.map((transferId): Promise<Result<TransferSnapshot>> => this.#services.engine.send(method, { transferId })),
    );
    const snapshots = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
    this.#mirror.apply(snapshots);
    void this.#reportFirst(answers);
    return snapshots;
  }

  async #reportFirst(answers: readonly Result<unknown>[]): Promise<void> {
    const error = answers.map(errorOf).find((one) => one !== undefined);
    if (error !== undefined) await this.#services.failures.report(error);
  }
}

function errorOf(answer: Result<unknown>): CosError | undefined {
  return answer.ok ? undefined : answer.error;
}

function isGone(answer: Result<unknown> | undefined): boolean {
  return answer !== undefined && (answer.ok || answer.error.kind === 'notFound');
}
