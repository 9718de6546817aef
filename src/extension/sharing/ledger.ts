import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import type { LinkWish } from '../../model/link';

/** A link that was made: what for and until when. The link itself, which is as good as a key, is never kept. */
export interface LedgerEntry {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly versionId?: string;
  readonly wish: LinkWish;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
}

/** Where the ledger is kept. */
interface LedgerMemory {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): PromiseLike<void>;
}

const memoryKey = 'ibmcos.sharing.links';
/** Older ones are forgotten first. */
const maxEntries = 500;

/** Links that were made, the newest first. */
export function listLinks(memory: LedgerMemory): readonly LedgerEntry[] {
  return memory.get<readonly LedgerEntry[]>(memoryKey, []);
}

/** Notes a link; the same one made again replaces its older entry. */
export async function noteLink(memory: LedgerMemory, entry: LedgerEntry): Promise<void> {
  const others = listLinks(memory).filter((known) => !isSame(known, entry));
  await memory.update(memoryKey, [entry, ...others].slice(0, maxEntries));
}

/** Forgets links. They go on working until they expire. */
export async function forgetLinks(memory: LedgerMemory, entries: readonly LedgerEntry[]): Promise<void> {
  const kept = listLinks(memory).filter((known) => !entries.some((entry) => isSame(known, entry)));
  await memory.update(memoryKey, kept);
}

/** What to ask for so that a link made again expires when the first one does; undefined when that is over. */
export function wishAgain(entry: LedgerEntry, nowMs: number): LinkWish | undefined {
  const expiresSeconds = Math.floor((entry.expiresAtMs - nowMs) / 1000);
  return expiresSeconds < 1 ? undefined : { ...entry.wish, expiresSeconds };
}

function isSame(one: LedgerEntry, other: LedgerEntry): boolean {
  return (
    one.connectionId === other.connectionId &&
    one.bucket === other.bucket &&
    one.key === other.key &&
    one.versionId === other.versionId &&
    one.wish.method === other.wish.method &&
    one.expiresAtMs === other.expiresAtMs
  );
}
