import type { RestoreTier } from '../../model/archive';
import type { ObjectAddress } from './client';
import { sendControl, type XmlNode } from './control';
import { versionQuery } from './objects';
import { refused } from './refusal';
import type { Wire } from './wire';

/** Objects in archive (data-plane §9.2). */
export interface ArchiveOperations {
  /**
   * Brings a readable copy back for `days` ≥ 1; without `tier` the archive's own is used. `started` takes up to 12 hours;
   * `extended` has only moved the date at which the copy expires. `conflict` while a restore runs, and `conflict`/`archived`
   * for an object that is not in archive.
   */
  restoreArchived(
    address: ObjectAddress,
    options: { readonly days: number; readonly tier?: RestoreTier },
    signal: AbortSignal,
  ): Promise<'started' | 'extended'>;
}

/** Operations over a wire. */
export function createArchive(wire: Wire): ArchiveOperations {
  return {
    async restoreArchived(address, { days, tier }, signal) {
      const op = 'RestoreObject';
      if (!Number.isInteger(days) || days < 1) {
        const detail = `A copy is restored for a whole number of days, 1 or more, not ${days}.`;
        throw refused(op, address, { kind: 'invalid', detail });
      }
      const { bucket, key } = address;
      const query = { restore: undefined, ...versionQuery(address) };
      const body: XmlNode = [
        'RestoreRequest',
        [['Days', days], ...(tier === undefined ? [] : [['GlacierJobParameters', [['Tier', tier] as const]] as const])],
      ];
      const request = { op, method: 'POST', bucket, key, query, body, repeatable: 'always' } as const;
      const answer = await sendControl(wire, request, signal);
      return answer.status === 202 ? 'started' : 'extended';
    },
  };
}
