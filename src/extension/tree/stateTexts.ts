import type { CosError } from '../../model/cosError';
import { cause } from '../ui/messages';
import type { Translate } from '../ui/translate';
import type { ActionNode, NodeState } from '../nodes/treeNode';

/** What a node says instead of children. */
export function presentState(state: NodeState, t: Translate) {
  const [label, icon] = stateText(state, t);
  return { label, icon, context: ['state'], collapsible: 'none', accessibilityLabel: label, tooltip: label } as const;
}

function stateText(state: NodeState, t: Translate): readonly [string, string] {
  switch (state.kind) {
    case 'emptyFolder':
      return [t('Empty'), 'info'];
    case 'noVersions':
      return [t('No versions: the bucket has never kept any'), 'info'];
    case 'moreDeleted':
      return [t('More was deleted here than can be shown; open a folder below'), 'info'];
    case 'noBuckets':
      return [t('No buckets yet'), 'info'];
    case 'noVaults':
      return [t('No backup vaults yet'), 'info'];
    case 'noRanges':
      return [t('Nothing is backed up here yet, or first copies are still being made'), 'info'];
    case 'noRestores':
      return [t('Nothing was restored from it yet'), 'info'];
    case 'noPolicies':
      return [t('The bucket is not backed up'), 'info'];
    case 'noMatches':
      return [t('Nothing starts with "{0}"', state.filter), 'filter'];
    case 'localServerStopped':
      return [t('Local Object Storage is not running'), 'debug-stop'];
    case 'localServerStarting':
      return [t('Starting Local Object Storage…'), 'loading~spin'];
    case 'elsewhere':
      return [
        t('This bucket is in {0}; this connection has no endpoint for that location', state.location),
        'debug-disconnect',
      ];
    case 'failed':
      return [capitalised(cause(state.error, t)), iconOfError(state.error)];
  }
}

function iconOfError(error: CosError): string {
  switch (error.kind) {
    case 'denied':
    case 'held':
      return 'lock';
    case 'signInNeeded':
      return 'key';
    case 'network':
    case 'tls':
      return 'debug-disconnect';
    case 'notFound':
    case 'conflict':
    case 'preconditionFailed':
    case 'throttled':
    case 'invalid':
    case 'tooLarge':
    case 'localFile':
    case 'cancelled':
    case 'engineGone':
    case 'unsupported':
    case 'internal':
      return 'warning';
  }
}

/** Something that a person can do about a state. */
export function presentAction({ action }: ActionNode, t: Translate) {
  const [label, icon, id] = actionText(action, t);
  return {
    label,
    icon,
    context: ['action'],
    collapsible: 'none',
    accessibilityLabel: label,
    command: { id, title: label },
  } as const;
}

function actionText(action: ActionNode['action'], t: Translate): readonly [string, string, `ibmcos.${string}`] {
  switch (action) {
    case 'retry':
      return [t('Try Again'), 'refresh', 'ibmcos.tree.refresh'];
    case 'signIn':
      return [t('Sign In Again…'), 'key', 'ibmcos.connection.signIn'];
    case 'replaceKey':
      return [t('Replace Key…'), 'key', 'ibmcos.connection.replaceKey'];
    case 'diagnose':
      return [t('Connection Doctor'), 'pulse', 'ibmcos.connection.diagnose'];
    case 'whyRefused':
      return [t('Why Is Access Refused?'), 'question', 'ibmcos.connection.whyRefused'];
    case 'editConnection':
      return [t('Edit Connection…'), 'edit', 'ibmcos.connection.edit'];
    case 'addBucketByName':
      return [t('Add Bucket by Name…'), 'add', 'ibmcos.bucket.addByName'];
    case 'goTo':
      return [t('Go to Key…'), 'go-to-file', 'ibmcos.tree.goToKey'];
    case 'createBucket':
      return [t('Create Bucket…'), 'add', 'ibmcos.bucket.create'];
    case 'createVault':
      return [t('Create Backup Vault…'), 'add', 'ibmcos.backup.createVault'];
    case 'createPolicy':
      return [t('Create Backup Policy…'), 'add', 'ibmcos.backup.createPolicy'];
    case 'clearFilter':
      return [t('Clear Filter'), 'clear-all', 'ibmcos.tree.clearFilter'];
    case 'startLocalServer':
      return [t('Start Local Object Storage'), 'play', 'ibmcos.localServer.start'];
    case 'showLog':
      return [t('Show Log'), 'output', 'ibmcos.log.show'];
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
