import * as vscode from '../ui/vscode';
import { endpointOfLocation, locationOfHost, type EndpointNetwork, type Location } from '../../model/location';
import type { Prompts, StepAnswer } from '../services';
import type { Step } from '../ui/steps';
import type { HmacDraft, IamDraft } from './draft';
import { endpointProblem } from './endpoint';
import { instanceStep, type InstanceStepServices } from './instanceStep';

/** Whether a secret may be left empty because one is kept already, or is not asked for because it came with the draft. */
export type SecretNeed = 'required' | 'optional' | 'given';

/** What the questions for an API key connection need. */
export interface IamStepServices extends InstanceStepServices {
  /** Locations to start from; answers soon, also without a network. */
  readonly listLocations: () => Promise<readonly Location[]>;
}

/** The questions for an API key connection. */
export function iamSteps(services: IamStepServices, need: SecretNeed): readonly Step<IamDraft>[] {
  const { prompts } = services;
  return [
    {
      topic: 'secret',
      isNeeded: ({ other }) => other === undefined,
      ask: async (draft, place) => {
        const options = { ...secretInput(vscode.l10n.t('IBM Cloud API key'), need), value: draft.apiKey };
        return mapAnswer(await prompts.inputStep(options, place), (apiKey) => ({ ...draft, apiKey }));
      },
    },
    instanceStep(services),
    {
      topic: 'endpoint',
      ask: async (draft, place) => {
        const items = [
          ...(await services.listLocations()).map(({ code, city }) => ({
            label: code,
            description: city,
            location: code,
          })),
          { icon: 'edit', label: otherEndpointLabel(), description: vscode.l10n.t('any endpoint URL'), location: '' },
        ];
        const options = {
          placeHolder: vscode.l10n.t('Location to start from; buckets elsewhere are reached at their own'),
          activeLabel: draft.location === '' && draft.endpoint !== '' ? otherEndpointLabel() : draft.location,
        };
        const answer = await prompts.pickStep(items, options, place);
        return mapAnswer(answer, ({ location }) => ({ ...draft, location }));
      },
    },
    {
      isNeeded: ({ location }) => location === '',
      ask: async (draft, place) => {
        const answer = await prompts.inputStep(endpointInput(draft.endpoint), place);
        return mapAnswer(answer, (endpoint) => ({ ...draft, endpoint }));
      },
    },
    {
      isNeeded: ({ location }) => location === '',
      ask: async (draft, place) => {
        const options = {
          prompt: vscode.l10n.t('IAM endpoint that the API key signs in at; leave empty for IBM Cloud'),
          placeHolder: 'https://iam.cloud.ibm.com',
          value: draft.iamEndpoint,
          validateInput: (text: string) => (text.trim() === '' ? undefined : endpointSentence(text)),
        };
        return mapAnswer(await prompts.inputStep(options, place), (iamEndpoint) => ({ ...draft, iamEndpoint }));
      },
    },
    {
      isNeeded: ({ location }) => location !== '',
      ask: async (draft, place) => {
        const chosen = (await services.listLocations()).find(({ code }) => code === draft.location);
        const items = networkItems().filter(({ network }) => chosen?.networks?.includes(network) !== false);
        const options = {
          placeHolder: vscode.l10n.t('Network to reach it over'),
          activeLabel: items.find(({ network }) => network === draft.network)?.label ?? '',
        };
        return mapAnswer(await prompts.pickStep(items, options, place), ({ network }) => ({ ...draft, network }));
      },
    },
    nameStep(prompts, (draft) => draft.instanceName || draft.location || hostOf(draft.endpoint)),
  ];
}

/** The questions for an HMAC connection. */
export function hmacSteps(prompts: Prompts, need: SecretNeed): readonly Step<HmacDraft>[] {
  return [
    {
      topic: 'endpoint',
      ask: async (draft, place) => {
        const answer = await prompts.inputStep(endpointInput(draft.endpoint), place);
        return mapAnswer(answer, (endpoint) => ({ ...draft, endpoint }));
      },
    },
    {
      ask: async (draft, place) => {
        const options = {
          prompt: vscode.l10n.t('Region that requests are signed for; IBM COS accepts any'),
          value: draft.region === '' ? (locationOfHost(hostOf(draft.endpoint)) ?? 'us-east-1') : draft.region,
          validateInput: (text: string) =>
            /^[A-Za-z0-9-]+$/.test(text.trim())
              ? undefined
              : vscode.l10n.t('A region is made of letters, digits and "-".'),
        };
        return mapAnswer(await prompts.inputStep(options, place), (region) => ({ ...draft, region }));
      },
    },
    {
      ask: async (draft, place) => {
        const items = [
          { label: vscode.l10n.t('Path style'), description: 'https://host/bucket/key', style: 'path' as const },
          {
            label: vscode.l10n.t('Virtual-host style'),
            description: 'https://bucket.host/key',
            style: 'virtualHost' as const,
          },
        ];
        const options = {
          placeHolder: vscode.l10n.t('How buckets appear in addresses'),
          activeLabel: items.find(({ style }) => style === draft.addressingStyle)?.label ?? '',
        };
        const answer = await prompts.pickStep(items, options, place);
        return mapAnswer(answer, ({ style }) => ({ ...draft, addressingStyle: style }));
      },
    },
    {
      topic: 'secret',
      isNeeded: () => need !== 'given',
      ask: async (draft, place) => {
        const options = {
          prompt: vscode.l10n.t('Access key id'),
          ...(need === 'optional' ? { placeHolder: keepHint() } : {}),
          value: draft.accessKeyId,
          validateInput: (text: string) => accessKeyIdSentence(text, draft.endpoint, need),
        };
        const answer = await prompts.inputStep(options, place);
        return mapAnswer(answer, (accessKeyId) => ({ ...draft, accessKeyId }));
      },
    },
    {
      isNeeded: ({ accessKeyId }) => need === 'required' || (need === 'optional' && accessKeyId !== ''),
      ask: async (draft, place) => {
        const options = {
          ...secretInput(vscode.l10n.t('Secret access key'), 'required'),
          value: draft.secretAccessKey,
        };
        const answer = await prompts.inputStep(options, place);
        return mapAnswer(answer, (secretAccessKey) => ({ ...draft, secretAccessKey }));
      },
    },
    nameStep(prompts, (draft) => hostOf(draft.endpoint)),
  ];
}

/** Why a text cannot be an endpoint, in words. */
export function endpointSentence(text: string): string | undefined {
  switch (endpointProblem(text.trim())) {
    case 'notAUrl':
      return vscode.l10n.t('Enter a URL such as "{0}".', endpointOfLocation('us-south'));
    case 'notHttp':
      return vscode.l10n.t('An endpoint starts with https://.');
    case 'insecure':
      return vscode.l10n.t(
        'http:// would send credentials readably; it is allowed on this machine only. Use https://.',
      );
    case 'hasCredentials':
      return vscode.l10n.t('Leave user name and password out of the URL; they are asked for separately.');
    case 'hasPath':
      return vscode.l10n.t('Enter the host only, without bucket or path.');
    case 'hasQuery':
      return vscode.l10n.t('Enter the host only, without "?" or "#".');
    case undefined:
      return undefined;
  }
}

/** Why a name cannot be a connection's, in words. */
export function nameSentence(text: string): string | undefined {
  return text.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined;
}

function nameStep<S extends { readonly name: string }>(prompts: Prompts, suggest: (draft: S) => string): Step<S> {
  return {
    ask: async (draft, place) => {
      const options = {
        prompt: vscode.l10n.t('Name of the connection'),
        value: draft.name === '' ? suggest(draft) : draft.name,
        validateInput: nameSentence,
      };
      return mapAnswer(await prompts.inputStep(options, place), (name) => ({ ...draft, name }));
    },
  };
}

function secretInput(prompt: string, need: SecretNeed): vscode.InputBoxOptions {
  return {
    prompt,
    password: true,
    ...(need === 'optional' ? { placeHolder: keepHint() } : {}),
    validateInput: (text) =>
      need === 'required' && text.trim() === '' ? vscode.l10n.t('It must not be empty.') : undefined,
  };
}

function keepHint(): string {
  return vscode.l10n.t('Leave empty to keep the present one');
}

function endpointInput(value: string): vscode.InputBoxOptions {
  return {
    prompt: vscode.l10n.t('Endpoint URL'),
    placeHolder: endpointOfLocation('us-south'),
    value,
    validateInput: endpointSentence,
  };
}

function otherEndpointLabel(): string {
  return vscode.l10n.t('Other endpoint…');
}

function networkItems(): readonly { label: string; description: string; network: EndpointNetwork }[] {
  return [
    { label: vscode.l10n.t('Public'), description: vscode.l10n.t('from anywhere'), network: 'public' },
    { label: vscode.l10n.t('Private'), description: vscode.l10n.t('from within IBM Cloud'), network: 'private' },
    { label: vscode.l10n.t('Direct'), description: vscode.l10n.t('from within a VPC'), network: 'direct' },
  ];
}

/** An AWS key never works at IBM's endpoints, and must not be sent to them (credentials §3.2). */
function accessKeyIdSentence(text: string, endpoint: string, need: SecretNeed): string | undefined {
  const id = text.trim();
  if (id === '') return need === 'required' ? vscode.l10n.t('It must not be empty.') : undefined;
  const isIbm = locationOfHost(hostOf(endpoint)) !== undefined;
  return isIbm && /^(AKIA|ASIA)/.test(id)
    ? vscode.l10n.t('This is a key id of AWS; those of IBM Cloud are 32 hexadecimal digits.')
    : undefined;
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint.trim()) ? new URL(endpoint.trim()).host : '';
}

function mapAnswer<T, S>(answer: StepAnswer<T>, apply: (value: T) => S): StepAnswer<S> {
  return answer.kind === 'value' ? { kind: 'value', value: apply(answer.value) } : answer;
}
