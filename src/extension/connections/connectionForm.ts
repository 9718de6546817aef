import * as vscode from '../ui/vscode';
import type { AnonymousConnection, Connection, Credential } from '../../model/connection';
import type { Result } from '../../model/cosError';
import type { InstanceSummary } from '../../model/instance';
import { endpointOfLocation } from '../../model/location';
import type { HmacPair } from '../../model/serviceCredential';
import type { ConnectionTestReport } from '../../protocol/requests';
import type { Connections, EngineClient, FailureReporter, Prompts } from '../services';
import { askSteps, type StepTopic } from '../ui/steps';
import { connectionOf, credentialOf, draftOf, emptyDraft, withPair, type Draft, type IamDraft } from './draft';
import { withLocalEndpoints } from './localEndpoints';
import { hmacSteps, iamSteps } from './draftSteps';
import { failingTopic } from '../ui/failingTopic';
import { listLocations } from './listLocations';
import { newConnectionId } from './newConnectionId';
import { signInHosts } from './userSetting';

/** What filling in a connection needs. */
export interface FormServices {
  readonly engine: EngineClient;
  readonly connections: Connections;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly log: { show(): void };
  readonly localServer: { locationEndpoints(): Readonly<Record<string, string>> | undefined };
}

/** Asks for a new connection, tests it, and saves it. Answers it, or undefined when the person gave up. */
export function addConnection(services: FormServices, kind: Draft['kind']): Promise<Connection | undefined> {
  return fillIn(services, vscode.l10n.t('Add Connection'), emptyDraft(kind, signInHosts()), undefined);
}

/** What came with a draft beyond what its steps ask for. */
interface Given {
  readonly hmac: HmacPair | undefined;
  readonly locationEndpoints: Readonly<Record<string, string>> | undefined;
}

/** Asks for what a draft that has its secret leaves open, from a question on; tests and saves it. */
export function addFromDraft(
  services: FormServices,
  draft: Draft,
  given: Given,
  startAt: StepTopic,
): Promise<Connection | undefined> {
  return fillIn(services, vscode.l10n.t('Add Connection'), draft, undefined, { given, startAt });
}

/** Asks again for everything of a saved connection. An empty secret keeps the one there is. */
export function editConnection(
  services: FormServices,
  before: Exclude<Connection, AnonymousConnection>,
): Promise<Connection | undefined> {
  return fillIn(services, vscode.l10n.t('Edit "{0}"', before.name), draftOf(before), before);
}

/** Signs in with given settings, in a cancellable notification. Changes nothing. */
export async function testConnection(
  { engine }: Pick<FormServices, 'engine'>,
  connection: Connection,
  credential: Credential,
): Promise<Result<ConnectionTestReport>> {
  const title = vscode.l10n.t('Testing the connection "{0}"', connection.name);
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => engine.send('connection/test', { connection, credential }, token),
  );
}

async function fillIn(
  services: FormServices,
  title: string,
  initial: Draft,
  before: Connection | undefined,
  start: { readonly given?: Given; readonly startAt?: StepTopic } = {},
): Promise<Connection | undefined> {
  let draft = initial;
  let startAt: StepTopic | 'last' | undefined = start.startAt;
  for (;;) {
    const kept = before === undefined ? undefined : await services.connections.findCredential(before.id);
    const filled = await askDraft(services, title, draft, {
      kept,
      before,
      startAt,
      isGiven: start.given !== undefined,
    });
    if (filled === undefined) return undefined;
    draft = filled;
    const taken = services.connections.list().map(({ id }) => id);
    const id = before?.id ?? newConnectionId(draft.name, taken);
    const asked = connectionOf(draft, id, before, before === undefined ? signInHosts() : {});
    const places = start.given?.locationEndpoints ?? services.localServer.locationEndpoints();
    const connection = withLocalEndpoints(asked, places);
    const typed = credentialOf(draft);
    const entered = typed === undefined ? undefined : withPair(typed, kept, start.given?.hmac);
    const credential = entered ?? kept;
    if (credential === undefined) {
      if (draft.kind !== 'iam' || draft.other === undefined) continue;
      // There is nothing to test with before the person signs in again.
      await services.connections.save(connection);
      return connection;
    }
    const decision = await decide(services, connection, credential);
    if (decision === 'giveUp') return undefined;
    if (typeof decision === 'object') {
      startAt = decision.editAt;
      continue;
    }
    await services.connections.save(connection, entered);
    return connection;
  }
}

interface Asking {
  readonly kept: Credential | undefined;
  readonly before: Connection | undefined;
  readonly startAt: StepTopic | 'last' | undefined;
  readonly isGiven: boolean;
}

function askDraft(services: FormServices, title: string, draft: Draft, asking: Asking): Promise<Draft | undefined> {
  const { kept, before, startAt, isGiven } = asking;
  const need = kept === undefined ? 'required' : 'optional';
  switch (draft.kind) {
    case 'iam': {
      const known = listLocations(services.engine, before?.kind === 'iam' ? before : signInHosts());
      const listing = {
        ...services,
        listLocations: () => known,
        listInstances: (state: IamDraft) => listInstances(services, state, { kept, before }),
      };
      return askSteps(title, iamSteps(listing, need), draft, startAt);
    }
    case 'hmac':
      return askSteps(title, hmacSteps(services.prompts, isGiven ? 'given' : need), draft, startAt);
  }
}

/** The instances that the key of a draft sees, or the one kept where the draft has none. */
async function listInstances(
  { engine }: FormServices,
  draft: IamDraft,
  { kept, before }: Pick<Asking, 'kept' | 'before'>,
): Promise<Result<readonly InstanceSummary[]>> {
  const credential = credentialOf(draft) ?? kept;
  if (credential === undefined) return { ok: true, value: [] };
  const connection: Connection = {
    ...(before?.kind === 'iam' ? before : signInHosts()),
    kind: 'iam',
    id: before?.id ?? newConnectionId('', []),
    name: draft.name,
    serviceInstanceId: '',
    // Nothing is sent there: only the services around the object storage are asked.
    endpoint: endpointOfLocation('us-south'),
  };
  const title = vscode.l10n.t('Looking for the instances of this API key');
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => engine.send('accounts/listInstances', { connection, credential }, token),
  );
}

/** Tests, and lets the person decide when the test fails. */
async function decide(
  services: FormServices,
  connection: Connection,
  credential: Credential,
): Promise<'save' | 'giveUp' | { readonly editAt: StepTopic | 'last' }> {
  const report = await testConnection(services, connection, credential);
  if (report.ok) {
    void services.prompts.info(reportText(connection, report.value));
    return 'save';
  }
  if (report.error.kind === 'cancelled') return { editAt: 'last' };
  const edit = vscode.l10n.t('Edit');
  const saveAnyway = vscode.l10n.t('Save Anyway');
  const showLog = vscode.l10n.t('Show Log');
  for (;;) {
    const answer = await services.prompts.error(services.failures.sentence(report.error), edit, saveAnyway, showLog);
    if (answer === edit) return { editAt: failingTopic(report.error) };
    if (answer === saveAnyway) return 'save';
    if (answer !== showLog) return 'giveUp';
    services.log.show();
  }
}

/** What a successful test found, in words. */
export function reportText(connection: Connection, report: ConnectionTestReport): string {
  if (connection.kind === 'anonymous') {
    return report.bucketCount === undefined
      ? vscode.l10n.t(
          'The bucket answers, but does not list its objects to everyone; open them by key: "{0}"',
          connection.name,
        )
      : vscode.l10n.t('The bucket is public, and lists its objects to everyone: "{0}"', connection.name);
  }
  return report.bucketCount === undefined
    ? vscode.l10n.t(
        'Signing in works, but listing buckets is refused: the role Reader is missing, or the service instance is not the right one; buckets can be added by name: "{0}"',
        connection.name,
      )
    : vscode.l10n.t(
        'The connection works, with {0} buckets, answered in {1} ms: "{2}"',
        report.bucketCount,
        Math.round(report.latencyMs),
        connection.name,
      );
}
