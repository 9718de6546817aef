import type { AnnouncementRequests } from '../../protocol/announcements';
import type { EngineClock } from '../clock';
import type { EngineHandlers } from '../engine';
import type { Journal } from '../transfers/journal';

/** Requests about what people are told, once on a machine. */
export function createAnnouncementHandlers(
  journal: Pick<Journal, 'claimAnnouncements'> | undefined,
  clock: EngineClock,
): Pick<EngineHandlers, keyof AnnouncementRequests> {
  return {
    'announcements/claim': async ({ names }) => journal?.claimAnnouncements(names, clock.nowMs()) ?? names,
  };
}
