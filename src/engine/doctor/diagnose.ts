import type { Connection, Credential } from '../../model/connection';
import { concludeDiagnosis, type Diagnosis, type DiagnosisStep } from '../../model/diagnosis';
import { defaultIamEndpoint } from '../auth/iam';
import { tokenClaims } from '../auth/tokenClaims';
import type { EngineClock } from '../clock';
import { listInstances } from '../control/instances';
import { createBearerTokens } from '../cos/bearerTokens';
import type { FullCosClient } from '../cos/fullClient';
import { asFailure, cancelled } from '../failure';
import type { ConnectionSettings } from '../http/agents';
import type { HttpClient } from '../http/httpClient';
import { probeHost } from '../http/probeHost';
import { hostSteps } from './hostSteps';
import { permissionSteps, type ProbePlace } from './permissionSteps';

/** What a diagnosis is made with. */
export interface DoctorOptions {
  readonly connection: Connection;
  readonly resolveCredential: (signal: AbortSignal) => Promise<Credential>;
  /** A client of its own: nothing that was learned or cached before hides a fault. */
  readonly client: FullCosClient;
  readonly http: HttpClient;
  readonly network: ConnectionSettings;
  readonly timeoutMs: number;
  readonly clock: EngineClock;
}

const op = 'connection/diagnose';

/** Examines a connection from the network up. Changes nothing. Stops where going on cannot tell more. */
export async function diagnose(options: DoctorOptions, place: ProbePlace, signal: AbortSignal): Promise<Diagnosis> {
  const { clock, connection, client } = options;
  const startedAtMs = clock.nowMs();
  const steps: DiagnosisStep[] = [];
  const finish = (): Diagnosis => ({ startedAtMs, steps, conclusion: concludeDiagnosis(steps) });

  const reach = async (origins: readonly string[]): Promise<'reached' | 'failed'> => {
    for (const origin of new Set(origins)) {
      const probe = await probeHost(origin, options.network, options.timeoutMs, signal);
      if (signal.aborted) throw cancelled(op);
      steps.push(...hostSteps(origin, probe, options.network.strictTls, clock.nowMs()));
    }
    return concludeDiagnosis(steps) === 'network' ? 'failed' : 'reached';
  };

  const endpoint = await client.endpointOf(undefined, signal);
  const iamEndpoint = connection.kind === 'iam' ? (connection.iamEndpoint ?? defaultIamEndpoint) : undefined;
  const iamOrigin = iamEndpoint === undefined ? [] : [new URL(iamEndpoint).origin];
  if ((await reach([endpoint, ...iamOrigin])) === 'failed') return finish();

  const signIn = await signInStep(options, iamEndpoint, signal);
  steps.push(signIn);
  if (signIn.outcome === 'failed') return finish();
  if (connection.kind === 'iam') steps.push(await instanceStep(client, connection.serviceInstanceId, signal));
  if (place.bucket !== undefined) {
    const origin = await client.endpointOf(place.bucket, signal);
    if (origin !== endpoint && (await reach([origin])) === 'failed') return finish();
  }
  steps.push(...(await permissionSteps(client, clock, place, signal)));
  return finish();
}

/** Fetches a token with the API key. An HMAC pair proves itself only with the first request. */
async function signInStep(
  options: DoctorOptions,
  iamEndpoint: string | undefined,
  signal: AbortSignal,
): Promise<DiagnosisStep> {
  const subject = new URL(iamEndpoint ?? options.connection.endpoint).host;
  const startedAtMs = options.clock.monotonicMs();
  try {
    const credential = await options.resolveCredential(signal);
    if (credential.kind === 'hmac' || credential.kind === 'anonymous' || iamEndpoint === undefined)
      return { kind: 'signIn', subject, outcome: 'skipped' };
    const tokens = createBearerTokens(credential, options);
    const accessToken = await tokens.get(signal).finally(() => tokens.close());
    const { accountId, identityKind, expiresAtMs } = tokenClaims(accessToken);
    return {
      kind: 'signIn',
      subject,
      outcome: 'ok',
      durationMs: Math.round(options.clock.monotonicMs() - startedAtMs),
      facts: {
        ...(expiresAtMs === undefined ? {} : { tokenExpiresAtMs: expiresAtMs }),
        ...(accountId === undefined ? {} : { accountId }),
        ...(identityKind === undefined ? {} : { identityKind }),
      },
    };
  } catch (thrown) {
    if (signal.aborted) throw cancelled(op);
    return { kind: 'signIn', subject, outcome: 'failed', error: asFailure(thrown, op).error };
  }
}

/** Whether the Resource Controller lists the instance. Who may not see it may still use it, so that is no failure. */
async function instanceStep(client: FullCosClient, instanceId: string, signal: AbortSignal): Promise<DiagnosisStep> {
  const subject = instanceId.split(':').at(7) ?? instanceId;
  try {
    const instances = await listInstances(client.control, signal);
    const found = instances.find(({ crn, guid }) => [crn, guid].includes(instanceId));
    return found === undefined
      ? { kind: 'instance', subject, outcome: 'warning' }
      : { kind: 'instance', subject, outcome: 'ok', facts: { instanceName: found.name, accountId: found.accountId } };
  } catch (thrown) {
    if (signal.aborted) throw cancelled(op);
    return { kind: 'instance', subject, outcome: 'warning', error: asFailure(thrown, op).error };
  }
}
