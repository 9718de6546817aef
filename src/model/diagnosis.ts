import type { CosError, ServiceRole } from './cosError';

/** What a step of a diagnosis looked at, in the order in which it can go wrong. */
export type DiagnosisStepKind = 'proxy' | 'dns' | 'tcp' | 'tls' | 'clock' | 'signIn' | 'instance' | 'permission';

/** How a step ended. `warning`: it works, but not as it should; `skipped`: a step before it failed, or there was nothing to try. */
export type DiagnosisOutcome = 'ok' | 'warning' | 'failed' | 'skipped';

/** One certificate of a chain, the server's own first. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** What a step found, besides whether it worked. Nothing here is secret. */
export interface DiagnosisFacts {
  /** `host[:port]`, without user and password. */
  readonly proxyHost?: string;
  readonly addresses?: readonly string[];
  readonly tlsVersion?: string;
  readonly chain?: readonly CertificateFacts[];
  /** Our clock minus the service's. */
  readonly skewMs?: number;
  readonly accountId?: string;
  readonly identityKind?: 'user' | 'serviceId' | 'profile';
  readonly tokenExpiresAtMs?: number;
  readonly instanceName?: string;
  readonly bucketCount?: number;
  readonly isBucketListed?: boolean;
  readonly location?: string;
  /** Least role of a permission, and IBM's name of the action (credentials §5.2). */
  readonly role?: ServiceRole;
  readonly action?: string;
}

/** One step of a diagnosis. */
export interface DiagnosisStep {
  readonly kind: DiagnosisStepKind;
  /** The host or operation concerned. */
  readonly subject: string;
  readonly outcome: DiagnosisOutcome;
  readonly durationMs?: number;
  readonly facts?: DiagnosisFacts;
  readonly error?: CosError;
}

/**
 * What the steps mean together (credentials §5.4). `roleMissing`: some of the permissions are there; `shutOut`: the instance
 * can be listed but nothing in the bucket may be read, which is a firewall or context rule rather than a role.
 */
export type DiagnosisConclusion = 'works' | 'network' | 'clock' | 'signIn' | 'roleMissing' | 'shutOut' | 'other';

/** The diagnosis of one connection. */
export interface Diagnosis {
  readonly startedAtMs: number;
  readonly steps: readonly DiagnosisStep[];
  readonly conclusion: DiagnosisConclusion;
}

/** The conclusion from the steps. */
export function concludeDiagnosis(steps: readonly DiagnosisStep[]): DiagnosisConclusion {
  const failed = (kind: DiagnosisStepKind): boolean =>
    steps.some((step) => step.kind === kind && step.outcome === 'failed');
  if (failed('proxy') || failed('dns') || failed('tcp') || failed('tls')) return 'network';
  if (failed('clock') || steps.some(({ error }) => error?.reason === 'clockSkewed')) return 'clock';
  if (failed('signIn') || steps.some(({ error }) => error?.kind === 'signInNeeded')) return 'signIn';
  const probes = steps.filter(({ kind }) => kind === 'permission');
  const refused = probes.filter(({ error }) => error?.kind === 'denied');
  const inBucket = probes.filter(({ subject }) => subject !== 'ListBuckets');
  const tried = inBucket.filter(({ outcome }) => outcome !== 'skipped');
  const isInstanceOpen = probes.some(({ subject, outcome }) => subject === 'ListBuckets' && outcome === 'ok');
  if (isInstanceOpen && tried.length > 0 && tried.every(({ error }) => error?.kind === 'denied')) return 'shutOut';
  if (refused.length > 0) return 'roleMissing';
  return steps.some(({ outcome }) => outcome === 'failed') ? 'other' : 'works';
}
