import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { InstanceSummary, ServicePlan } from '../../model/instance';
import type { FailureReporter, Prompts, StepAnswer, StepPlace } from '../services';
import type { Step } from '../ui/steps';
import type { IamDraft } from './draft';
import { failingTopic } from '../ui/failingTopic';
import { instanceIdProblem } from './instanceId';

/** What asking for the instance needs. */
export interface InstanceStepServices {
  readonly prompts: Prompts;
  readonly failures: Pick<FailureReporter, 'sentence'>;
  /** The instances that the draft's key sees. */
  readonly listInstances: (draft: IamDraft) => Promise<Result<readonly InstanceSummary[]>>;
}

/**
 * Asks which instance: from the list of those that the key sees, or by CRN where it sees none or another is meant. A key that
 * is not accepted leads back to the question for the key.
 */
export function instanceStep(services: InstanceStepServices): Step<IamDraft> {
  return { topic: 'instance', ask: (draft, place) => askInstance(services, draft, place) };
}

async function askInstance(
  services: InstanceStepServices,
  draft: IamDraft,
  place: StepPlace,
): Promise<StepAnswer<IamDraft>> {
  const { prompts, failures } = services;
  const listed = await services.listInstances(draft);
  if (!listed.ok && listed.error.kind === 'cancelled') return { kind: 'back' };
  if (!listed.ok) void prompts.error(failures.sentence(listed.error));
  if (!listed.ok && failingTopic(listed.error) === 'secret') return { kind: 'back' };
  const instances = listed.ok ? listed.value : [];
  if (instances.length === 0) return typeInstance(prompts, draft, place, listed.ok);
  for (;;) {
    const answer = await pickInstance(prompts, draft, instances, place);
    if (answer.kind !== 'value') return answer;
    const { instance } = answer.value;
    if (instance !== undefined) {
      return { kind: 'value', value: { ...draft, serviceInstanceId: instance.crn, instanceName: instance.name } };
    }
    const typed = await typeInstance(prompts, draft, { ...place, canGoBack: true }, false);
    if (typed.kind !== 'back') return typed;
  }
}

type InstanceItem = vscode.QuickPickItem & { readonly instance: InstanceSummary | undefined };

function pickInstance(
  prompts: Prompts,
  draft: IamDraft,
  instances: readonly InstanceSummary[],
  place: StepPlace,
): Promise<StepAnswer<InstanceItem>> {
  const accounts = [...new Set(instances.map(({ accountId }) => accountId))];
  const items: InstanceItem[] = instances.map((instance) => ({
    label: instance.name,
    ...(instance.plan === undefined ? {} : { description: planText(instance.plan) }),
    detail: instance.guid,
    instance,
  }));
  const other: InstanceItem = {
    icon: 'edit',
    label: vscode.l10n.t('Another instance…'),
    description: vscode.l10n.t('by CRN or id'),
    instance: undefined,
  };
  const known = instances.find(({ crn, guid }) => [crn, guid].includes(draft.serviceInstanceId));
  const options = {
    placeHolder: vscode.l10n.t('Service instance of account {0}', accounts.join(', ')),
    matchOnDetail: true,
    activeLabel: known?.name ?? (draft.serviceInstanceId === '' ? '' : other.label),
  };
  return prompts.pickStep([...items, other], options, place);
}

async function typeInstance(
  prompts: Prompts,
  draft: IamDraft,
  place: StepPlace,
  seesNone: boolean,
): Promise<StepAnswer<IamDraft>> {
  const answer = await prompts.inputStep(
    {
      prompt: seesNone
        ? vscode.l10n.t(
            'No instance is visible to this key (that takes the platform role Viewer); enter the CRN or id of the service instance',
          )
        : vscode.l10n.t('CRN or id of the service instance (resource_instance_id of a service credential)'),
      placeHolder: 'crn:v1:bluemix:public:cloud-object-storage:global:a/…::',
      value: draft.serviceInstanceId,
      validateInput: instanceIdSentence,
    },
    place,
  );
  return answer.kind === 'value'
    ? { kind: 'value', value: { ...draft, serviceInstanceId: answer.value, instanceName: '' } }
    : answer;
}

function planText(plan: ServicePlan): string {
  switch (plan) {
    case 'standard':
      return vscode.l10n.t('Standard');
    case 'lite':
      return vscode.l10n.t('Lite');
    case 'oneRate':
      return vscode.l10n.t('One Rate');
  }
}

function instanceIdSentence(text: string): string | undefined {
  switch (instanceIdProblem(text)) {
    case 'empty':
      return vscode.l10n.t('Enter the CRN or id of the service instance.');
    case 'otherService':
      return vscode.l10n.t('This is the CRN of another service; it must say "cloud-object-storage".');
    case 'malformed':
      return vscode.l10n.t('This is neither a CRN of ten parts nor an id such as "{0}".', exampleGuid);
    case undefined:
      return undefined;
  }
}

const exampleGuid = '8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e';
