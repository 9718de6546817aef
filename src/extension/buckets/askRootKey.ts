import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { Location } from '../../model/location';
import { keyRegion, rootKeyProblem, type KeyInstance, type KeyService, type RootKey } from '../../model/rootKey';
import type { CommandServices } from '../command/command';
import type { StepAnswer, StepPlace } from '../services';
import { askInnerSteps, mapAnswer, type Step } from '../ui/steps';
import type { BucketOptions } from './newBucket';

type ChosenKey = BucketOptions['rootKey'];

/** Where a bucket or vault is to be whose key is asked for. */
export interface KeyPlace {
  readonly connectionId: ConnectionId;
  /** What the steps are called. */
  readonly title: string;
  readonly location: Location | undefined;
  /** HMAC keys cannot list instances and keys; then there is only the CRN. */
  readonly canList: boolean;
}

interface State {
  /** Absent for a key whose CRN is entered, or for none. */
  readonly instance?: KeyInstance;
  readonly way: 'instance' | 'crn' | 'none';
  readonly key: ChosenKey;
}

/** Asks for the root key of a new bucket or vault. Undefined where the person went back; `rootKey` is undefined for none. */
export async function askRootKey(
  services: CommandServices,
  place: KeyPlace,
  before: ChosenKey,
): Promise<{ readonly rootKey: ChosenKey } | undefined> {
  const steps: readonly Step<State>[] = [
    { isNeeded: () => place.canList, ask: (state, at) => askInstance(services, place, state, at) },
    { isNeeded: ({ way }) => way === 'instance', ask: (state, at) => askKey(services, place, state, at) },
    { isNeeded: ({ way }) => way === 'crn', ask: (state, at) => askCrn(services, place, state, at) },
  ];
  const initial: State = { way: place.canList ? 'instance' : 'crn', key: before };
  const answer = await askInnerSteps(place.title, steps, initial);
  return answer === undefined ? undefined : { rootKey: answer.key };
}

type InstanceItem = vscode.QuickPickItem & Pick<State, 'instance' | 'way'>;

async function askInstance(
  services: CommandServices,
  { connectionId, location }: KeyPlace,
  state: State,
  at: StepPlace,
): Promise<StepAnswer<State>> {
  const { prompts, engine, failures } = services;
  const listed = await looking(vscode.l10n.t('Looking for key services'), (token) =>
    engine.send('rootKeys/listInstances', { connectionId }, token),
  );
  if (!listed.ok && listed.error.kind === 'cancelled') return { kind: 'back' };
  if (!listed.ok) void prompts.error(failures.sentence(listed.error));
  const region = location === undefined ? undefined : keyRegion(location);
  const fitting = (listed.ok ? listed.value : []).filter((each) => region === undefined || each.region === region);
  const items: readonly InstanceItem[] = [
    ...fitting.map((instance) => ({
      label: instance.name,
      description: `${serviceText(instance.service)} · ${instance.region}`,
      instance,
      way: 'instance' as const,
    })),
    {
      icon: 'edit',
      label: vscode.l10n.t('Enter the CRN of a key…'),
      description: vscode.l10n.t('also of one that is not listed, or of another account'),
      way: 'crn',
    },
    {
      icon: 'circle-slash',
      label: vscode.l10n.t('No root key'),
      description: vscode.l10n.t('keys of the service'),
      way: 'none',
    },
  ];
  const placeHolder =
    region === undefined
      ? vscode.l10n.t('Key Protect or Hyper Protect Crypto Services instance that has the root key')
      : vscode.l10n.t('Instance that has the root key; at this location it takes one in {0}', region);
  const options = { placeHolder, activeLabel: state.instance?.name ?? '' };
  return mapAnswer(await prompts.pickStep(items, options, at), ({ instance, way }) => ({
    way,
    key: way === 'none' ? undefined : state.key,
    ...(instance === undefined ? {} : { instance }),
  }));
}

async function askKey(
  services: CommandServices,
  { connectionId }: KeyPlace,
  state: State,
  at: StepPlace,
): Promise<StepAnswer<State>> {
  const { prompts, engine, failures } = services;
  const { instance } = state;
  if (instance === undefined) return { kind: 'back' };
  const listed: Result<readonly RootKey[]> = await looking(
    vscode.l10n.t('Looking for the keys of "{0}"', instance.name),
    (token) => engine.send('rootKeys/list', { connectionId, instanceCrn: instance.crn }, token),
  );
  if (!listed.ok) {
    if (listed.error.kind !== 'cancelled') void prompts.error(failures.sentence(listed.error));
    return { kind: 'back' };
  }
  if (listed.value.length === 0) {
    void prompts.info(
      vscode.l10n.t('You see no active root key in "{0}". Choose another instance, or enter the CRN.', instance.name),
    );
    return { kind: 'back' };
  }
  const items = listed.value.map((key) => ({
    label: key.name,
    description: key.aliases.join(', '),
    detail: key.id,
    key: { crn: key.crn, name: key.name },
  }));
  const options = {
    placeHolder: vscode.l10n.t('Root key of "{0}" to encrypt with; it cannot be changed later', instance.name),
    matchOnDetail: true,
    activeLabel: state.key?.name ?? '',
  };
  return mapAnswer(await prompts.pickStep(items, options, at), ({ key }) => ({ ...state, key }));
}

async function askCrn(
  { prompts }: CommandServices,
  { location }: KeyPlace,
  state: State,
  at: StepPlace,
): Promise<StepAnswer<State>> {
  const options = {
    prompt: vscode.l10n.t('CRN of the root key to encrypt with; it cannot be changed later'),
    placeHolder: 'crn:v1:bluemix:public:kms:us-south:a/…:…:key:…',
    value: state.key?.crn ?? '',
    validateInput: (text: string) => rootKeySentence(text, location),
  };
  return mapAnswer(await prompts.inputStep(options, at), (text) => {
    const crn = text.trim();
    return { ...state, key: { crn, name: crn.split(':').at(-1) ?? crn } };
  });
}

/** Why a text cannot name the root key of a bucket at a location, in words. */
export function rootKeySentence(text: string, location: Location | undefined): string | undefined {
  const problem = rootKeyProblem(text, location);
  switch (problem?.kind) {
    case undefined:
      return undefined;
    case 'notAKey':
      return vscode.l10n.t(
        'This is not the CRN of a key: it has ten parts, names "kms" or "hs-crypto", and ends in "key:" and an id.',
      );
    case 'otherRegion':
      return vscode.l10n.t('A bucket at this location takes a key in {0}.', problem.region);
  }
}

function serviceText(service: KeyService): string {
  switch (service) {
    case 'keyProtect':
      return 'Key Protect';
    case 'hpcs':
      return 'Hyper Protect Crypto Services';
  }
}

async function looking<T>(
  title: string,
  work: (token: vscode.CancellationToken) => Promise<Result<T>>,
): Promise<Result<T>> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token) => work(token));
}
