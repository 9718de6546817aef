import { lies, type LyingRelay } from './lies';

/**
 * How a step ended. `refused`: COS itself does not offer it, and the server refused it the way COS does.
 * `missing`: COS offers it and the server, or the client, does not have it. Neither counts as passed.
 */
export type StepStatus = 'passed' | 'failed' | 'refused' | 'missing';

export interface Step {
  readonly name: string;
  readonly status: StepStatus;
  /** Why it did not pass. */
  readonly detail?: string;
}

/** Thrown by a step that COS refuses, after it has seen the refusal. */
export class Refused extends Error {}

/** Thrown by a step that COS offers and this server does not have yet. */
export class Missing extends Error {}

/** Runs the steps of one client in order, prints how each ended, and keeps it. */
export class Steps {
  readonly results: Step[] = [];
  readonly #relay: LyingRelay | undefined;

  /** @param relay With one, each step first has to fail on every lie that the relay tells. */
  constructor(relay?: LyingRelay) {
    this.#relay = relay;
  }

  /** A step that is about the client itself, or about signing in: no lie of the server's can be found in it. */
  async ownStep(name: string, run: () => Promise<void>): Promise<void> {
    await this.#finish(name, run);
  }

  /** Runs one step; what it throws is its result. Later steps run in any case. */
  async step(name: string, run: () => Promise<void>): Promise<void> {
    const believed = await this.#findBelievedLie(run);
    if (believed !== undefined) {
      const detail = `passed although the server answered with the lie '${believed}'`;
      this.add({ name, status: 'failed', detail });
      return;
    }
    await this.#finish(name, run);
  }

  async #finish(name: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      this.add({ name, status: 'passed' });
    } catch (error) {
      const status = error instanceof Refused ? 'refused' : error instanceof Missing ? 'missing' : 'failed';
      this.add({ name, status, detail: error instanceof Error ? error.message : String(error) });
    }
  }

  async #findBelievedLie(run: () => Promise<void>): Promise<string | undefined> {
    for (const lie of this.#relay === undefined ? [] : lies) {
      this.#relay?.tell(lie);
      try {
        await run();
        return lie;
      } catch {
        // As it should be.
      } finally {
        this.#relay?.tell('truth');
      }
    }
    return undefined;
  }

  /** Runs what holds several steps; that it breaks off between them is a failed step of this name. */
  async guard(name: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.add({ name, status: 'failed', detail });
    }
  }

  add(result: Step): void {
    this.results.push(result);
    const detail = result.detail === undefined ? '' : `: ${firstLines(result.detail)}`;
    console.log(`  ${result.status.padEnd(7)} ${result.name}${detail}`);
  }
}

function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 12).join('\n          ');
}
