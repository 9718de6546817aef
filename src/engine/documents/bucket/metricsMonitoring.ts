import type { DocumentSubject } from '../../../model/configDocument';
import type { DocumentKind } from '../kind';
import { switchesDocument } from './switches';

/** Which metrics of a bucket go to IBM Cloud Monitoring (control-plane §3.2). */
export function metricsMonitoringDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return switchesDocument(bucket, {
    member: 'metrics_monitoring',
    what: 'metrics',
    find: ({ metricsMonitoring }) => (metricsMonitoring === undefined ? undefined : { ...metricsMonitoring }),
    none: { usageMetrics: false, requestMetrics: false },
    switches: {
      usageMetrics: ['usage_metrics_enabled', 'usage metrics', 'How many objects and bytes there are.'],
      requestMetrics: ['request_metrics_enabled', 'request metrics', 'How many requests there are, and how they end.'],
    },
    crn: ['monitoringCrn', 'metrics_monitoring_crn'],
  });
}
