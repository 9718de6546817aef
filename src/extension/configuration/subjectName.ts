import type { BucketTopic, DocumentSubject } from '../../model/configDocument';
import type { Translate } from '../ui/translate';

/** What a document is about, as it stands in a sentence. */
export function subjectName(subject: DocumentSubject, t: Translate): string {
  switch (subject.kind) {
    case 'object':
      return subject.versionId === undefined
        ? t('the object "{0}"', subject.key)
        : t('a version of the object "{0}"', subject.key);
    case 'selection': {
      const [prefix] = subject.prefixes;
      const names = subject.keys.length + subject.prefixes.length;
      if (prefix === undefined || names > 1) return t('the selection of {0} in "{1}"', names, subject.bucket);
      return prefix === '' ? t('the bucket "{0}"', subject.bucket) : t('the folder "{0}"', prefix);
    }
    case 'bucket':
      return t('{0} of the bucket "{1}"', topicName(subject.topic, t), subject.bucket);
    case 'backup':
      switch (subject.resource.kind) {
        case 'policy':
          return t('the backup policy "{0}" of the bucket "{1}"', subject.resource.name, subject.resource.bucket);
        case 'vault':
          return t('the backup vault "{0}"', subject.resource.vault);
        case 'range':
          return t('the backup of "{0}" in the vault "{1}"', subject.resource.name, subject.resource.vault);
      }
  }
}

/** A part of a bucket's configuration, as people call it. */
export function topicName(topic: BucketTopic, t: Translate): string {
  switch (topic) {
    case 'versioning':
      return t('Versioning');
    case 'retentionPolicy':
      return t('Retention Policy');
    case 'objectLock':
      return t('Object Lock');
    case 'lifecycle':
      return t('Lifecycle');
    case 'cors':
      return t('CORS');
    case 'website':
      return t('Website');
    case 'tags':
      return t('Tags');
    case 'quota':
      return t('Quota');
    case 'firewall':
      return t('Firewall');
    case 'activityTracking':
      return t('Activity Tracking');
    case 'metricsMonitoring':
      return t('Metrics Monitoring');
    case 'publicAccessBlock':
      return t('Public Access Block');
    case 'acl':
      return t('Access List');
    case 'replication':
      return t('Replication');
  }
}
