import type { LocalServerInfo } from '../../src/localServer/info';
import type { LyingRelay } from './lies';
import type { Steps } from './steps';

/** Whether the client can run here; `missing` says why not, in a sentence. */
export type Preparation =
  { readonly state: 'ready'; readonly version: string } | { readonly state: 'missing'; readonly reason: string };

export interface ClientContext {
  /** A server of this client's own, with nothing in it. */
  readonly server: LocalServerInfo;
  /** An empty folder for its files. */
  readonly workFolder: string;
  /** What `prepare` filled: packages stay there from run to run. */
  readonly packageFolder: string;
  readonly steps: Steps;
  /** What makes the server lie, for clients that prove their steps. */
  readonly lies?: LyingRelay;
}

/** A client that somebody else wrote, and what it is made to do against the local server. */
export interface ConformanceClient {
  /** What `--only` takes. */
  readonly name: string;
  readonly title: string;
  /**
   * Its steps are proven: each first runs against a server that answers with nothing, and with other content than is there,
   * and has to fail. Such a step can run again.
   */
  readonly isProven?: boolean;
  prepare(packageFolder: string): Promise<Preparation>;
  run(context: ClientContext): Promise<void>;
}
