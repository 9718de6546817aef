import type { DocumentSubject } from '../../../model/configDocument';
import type { DocumentKind } from '../kind';
import { switchesDocument } from './switches';

/** Which events of a bucket go to Activity Tracker (control-plane §3.2). */
export function activityTrackingDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return switchesDocument(bucket, {
    member: 'activity_tracking',
    what: 'events',
    find: ({ activityTracking }) => (activityTracking === undefined ? undefined : { ...activityTracking }),
    none: { readDataEvents: false, writeDataEvents: false, managementEvents: false },
    switches: {
      readDataEvents: ['read_data_events', 'events of reading objects', 'Each read of an object, listings included.'],
      writeDataEvents: ['write_data_events', 'events of writing objects', 'Each write and deletion of an object.'],
      managementEvents: ['management_events', 'management events', 'Changes of the bucket and its configuration.'],
    },
    crn: ['activityTrackerCrn', 'activity_tracker_crn'],
    check: (document) => {
      const isLegacy = document.valueAt(['activityTrackerCrn']) !== undefined;
      if (!isLegacy || document.valueAt(['managementEvents']) === true) return [];
      const message = 'With "activityTrackerCrn", management events are always sent, whatever stands here.';
      return [document.problem(['managementEvents'], { severity: 'warning', code: 'alwaysSent', message } as const)];
    },
  });
}
