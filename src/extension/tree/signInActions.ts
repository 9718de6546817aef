import type { CosError } from '../../model/cosError';
import { failingTopic } from '../ui/failingTopic';
import type { NodeAction } from '../nodes/treeNode';

/** What a person can do where a listing failed for want of a sign-in. */
export function signInActions(error: CosError): readonly NodeAction[] {
  return failingTopic(error) === 'secret' ? ['replaceKey', 'retry'] : ['signIn', 'retry'];
}
