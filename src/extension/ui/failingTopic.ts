import type { CosError } from '../../model/cosError';
import type { StepTopic } from './steps';

/** Which question of a connection a failed test points at; the last one where it points at none. */
export function failingTopic(error: CosError): StepTopic | 'last' {
  switch (error.reason) {
    case 'apiKeyUnknown':
    case 'apiKeyDisabled':
    case 'apiKeyLocked':
    case 'apiKeyExpired':
    case 'passcodeNeeded':
    case 'signInRefused':
    case 'accessKeyUnknown':
    case 'signatureMismatch':
      return 'secret';
    case 'instanceUnknown':
    case 'otherAccount':
      return 'instance';
    case 'notACosEndpoint':
    case 'hostUnknown':
    case 'connectionRefused':
      return 'endpoint';
    default:
      return 'last';
  }
}
