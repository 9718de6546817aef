import type { ConnectionId, TransferId } from '../../model/ids';
import type { LocalPlatform } from '../../model/localNames';
import type { EngineConfiguration } from '../../protocol/requests';
import type { Checksums } from '../checksums/checksums';
import type { EngineClock } from '../clock';
import type { EngineHost } from '../engine';
import type { DeletionNotes, TransferClient } from './context';
import type { JournalKeeper } from './journalKeeper';

/** What transfers need from the engine around them. */
export interface TransfersDependencies {
  readonly clientFor: (connectionId: ConnectionId, signal: AbortSignal) => Promise<TransferClient>;
  readonly host: Pick<EngineHost, 'decideClashes' | 'notify'>;
  readonly checksums: Checksums;
  configuration(): EngineConfiguration;
  readonly clock: EngineClock;
  readonly ids: () => TransferId;
  /** Transfers end with the engine when absent. */
  readonly keeper?: JournalKeeper;
  /** Where deletions note what they made, so that they can be undone. */
  readonly deletions?: DeletionNotes;
  /** Whose rules for file names apply; this machine's when absent. */
  readonly platform?: LocalPlatform;
}
