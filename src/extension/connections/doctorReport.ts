import { shownText } from '../../model/shownText';
import type { Connection, Credential } from '../../model/connection';
import type { CosError } from '../../model/cosError';
import type { Diagnosis, DiagnosisConclusion, DiagnosisOutcome, DiagnosisStep } from '../../model/diagnosis';
import type { HmacPair } from '../../model/serviceCredential';
import { cause } from '../ui/messages';
import type { Translate } from '../ui/translate';

/** What a report tells besides the diagnosis. */
export interface ReportSubject {
  readonly connection: Connection;
  readonly bucket?: string;
  /** What was refused, where that is why the report was asked for. */
  readonly refusal?: CosError;
  /** Versions and settings that change how connections are made. */
  readonly environment: readonly (readonly [string, string])[];
}

/** The report of a diagnosis in Markdown, to be read and to be attached to a ticket. */
export function doctorReport(diagnosis: Diagnosis, subject: ReportSubject, t: Translate): string {
  const { connection, refusal } = subject;
  const chains = diagnosis.steps.filter(({ kind, facts }) => kind === 'tls' && facts?.chain !== undefined);
  return [
    `# ${t('Connection Doctor: {0}', plain(connection.name))}`,
    new Date(diagnosis.startedAtMs).toISOString(),
    ...(refusal === undefined ? [] : [refusalText(refusal, diagnosis, t)]),
    `**${conclusionText(diagnosis.conclusion, t)}**`,
    ...firstFailure(diagnosis, t),
    `## ${t('Steps')}`,
    table(
      ['', t('Step'), t('On'), t('Result')],
      diagnosis.steps.map((step) => [mark(step.outcome), stepName(step, t), step.subject, resultText(step, t)]),
    ),
    ...(chains.length === 0 ? [] : [`## ${t('Certificates')}`]),
    ...chains.map((step) => certificates(step, t)),
    `## ${t('Settings')}`,
    table([t('Setting'), t('Value')], [...settingsOf(subject, t), ...subject.environment]),
    t('Made by COS Explorer. It holds no keys, tokens or signatures; read it before you pass it on.'),
    '',
  ].join('\n\n');
}

/** A text without anything of a credential, in case that a service repeated it in a message. */
export function withoutCredential(text: string, credential: Credential | undefined): string {
  const secrets = secretsOf(credential).filter((secret) => secret.length >= 8);
  const known = secrets.reduce((result, secret) => result.replaceAll(secret, '…'), text);
  return known
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '…')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 …')
    .replace(/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s|)]+/gi, '$1…');
}

function secretsOf(credential: Credential | undefined): readonly string[] {
  switch (credential?.kind) {
    case 'apiKey':
      return [credential.apiKey, ...(credential.hmac === undefined ? [] : pairOf(credential.hmac))];
    case 'hmac':
      return pairOf(credential);
    case 'session':
      return [credential.refreshToken];
    case 'token':
      return [credential.accessToken];
    case 'anonymous':
    case 'profile':
    case undefined:
      return [];
  }
}

function pairOf({ secretAccessKey, accessKeyId, sessionToken }: HmacPair): readonly string[] {
  return [secretAccessKey, accessKeyId, ...(sessionToken === undefined ? [] : [sessionToken])];
}

function refusalText(refusal: CosError, { steps }: Diagnosis, t: Translate): string {
  const on = [refusal.bucket, refusal.key].filter((part) => part !== undefined).join('/');
  const action = steps.find(({ subject }) => subject === refusal.op)?.facts?.action;
  const role = refusal.neededRole;
  const sentences = [
    on === '' ? t('{0} was refused.', refusal.op) : t('{0} was refused on {1}.', refusal.op, plain(on)),
    ...(role === undefined ? [] : [t('The least role for it is {0}; an administrator of the account gives it.', role)]),
    ...(action === undefined ? [] : [t('IBM calls the action cloud-object-storage.{0}.', action)]),
    ...(refusal.requestId === undefined ? [] : [t('Request id: {0}.', plain(refusal.requestId))]),
  ];
  return sentences.join(' ');
}

function conclusionText(conclusion: DiagnosisConclusion, t: Translate): string {
  switch (conclusion) {
    case 'works':
      return t('Everything that was tried works.');
    case 'network':
      return t('The service cannot be reached safely from this machine; nothing was signed in.');
    case 'clock':
      return t("This machine's clock is wrong: set it, and try again.");
    case 'signIn':
      return t('The service does not accept the credentials.');
    case 'roleMissing':
      return t(
        'Signing in works, but some permissions are missing: ask an administrator of the account for the roles below. A role that was just given may take a few minutes.',
      );
    case 'shutOut':
      return t(
        'The identity may list the buckets of the instance but read nothing in this one: a firewall of the bucket, or a context-based restriction of the account, shuts this network out; another network (public, private, direct) may be let in.',
      );
    case 'other':
      return t('Signing in works, but something else is wrong: see the steps.');
  }
}

function firstFailure({ steps }: Diagnosis, t: Translate): readonly string[] {
  const failed = steps.find(({ outcome, error }) => outcome === 'failed' && error !== undefined);
  if (failed?.error === undefined || failed.error.kind === 'denied') return [];
  return [plain(`${capitalised(cause(failed.error, t))}.`)];
}

function mark(outcome: DiagnosisOutcome): string {
  switch (outcome) {
    case 'ok':
      return '✓';
    case 'warning':
      return '!';
    case 'failed':
      return '✗';
    case 'skipped':
      return '–';
  }
}

function stepName(step: DiagnosisStep, t: Translate): string {
  switch (step.kind) {
    case 'proxy':
      return t('Proxy');
    case 'dns':
      return t('Name');
    case 'tcp':
      return t('Connection');
    case 'tls':
      return t('Certificate');
    case 'clock':
      return t('Clock');
    case 'signIn':
      return t('Sign-in');
    case 'instance':
      return t('Service instance');
    case 'permission':
      return t('Permission');
  }
}

/** What a step found, in one cell. */
function resultText(step: DiagnosisStep, t: Translate): string {
  const { error, facts, durationMs } = step;
  const found = factTexts(step, t);
  const ids = [error?.httpStatus, error?.code, error?.requestId].filter((part) => part !== undefined);
  const why = error === undefined ? [] : [`${cause(error, t)}${ids.length === 0 ? '' : ` (${ids.join(', ')})`}`];
  const took = step.outcome === 'ok' && durationMs !== undefined ? [t('{0} ms', durationMs)] : [];
  const role =
    step.kind === 'permission' && facts?.role !== undefined ? [t('{0} ({1})', facts.role, facts.action ?? '')] : [];
  const skipped = step.outcome === 'skipped' ? [t('not tried')] : [];
  return [...found, ...why, ...skipped, ...took, ...role].join('; ');
}

function factTexts({ kind, facts = {}, error }: DiagnosisStep, t: Translate): readonly string[] {
  switch (kind) {
    case 'proxy':
      return [facts.proxyHost === undefined ? t('none') : t('through {0}', facts.proxyHost)];
    case 'dns':
      return facts.addresses === undefined ? [] : [facts.addresses.join(', ')];
    case 'tls':
      return facts.tlsVersion === undefined ? [] : [facts.tlsVersion, endText(facts.chain?.[0]?.validToMs, t)];
    case 'clock':
      return facts.skewMs === undefined ? [] : [skewText(facts.skewMs, t)];
    case 'signIn':
      return [
        ...(facts.identityKind === undefined ? [] : [identityText(facts.identityKind, t)]),
        ...(facts.accountId === undefined ? [] : [t('account {0}', facts.accountId)]),
      ];
    case 'instance':
      if (facts.instanceName !== undefined) return [facts.instanceName];
      return error === undefined
        ? [t('not visible to this identity (that takes the platform role Viewer), which does no harm')]
        : [];
    case 'permission':
      return [
        ...(facts.bucketCount === undefined ? [] : [t('{0} buckets', facts.bucketCount)]),
        ...(facts.isBucketListed === false ? [t('the bucket is not among them')] : []),
        ...(facts.location === undefined ? [] : [t('the bucket is in {0}', facts.location)]),
      ];
    case 'tcp':
      return [];
  }
}

function endText(validToMs: number | undefined, t: Translate): string {
  return validToMs === undefined ? '' : t('valid until {0}', new Date(validToMs).toISOString().slice(0, 10));
}

function skewText(skewMs: number, t: Translate): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds < 2) return t('as the service has it');
  return skewMs > 0
    ? t('this machine is {0} s ahead of the service', seconds)
    : t('this machine is {0} s behind the service', seconds);
}

function identityText(kind: 'user' | 'serviceId' | 'profile', t: Translate): string {
  switch (kind) {
    case 'user':
      return t('a person');
    case 'serviceId':
      return t('a service ID');
    case 'profile':
      return t('a trusted profile');
  }
}

function certificates({ subject, facts }: DiagnosisStep, t: Translate): string {
  const rows = (facts?.chain ?? []).map((one) => [
    one.subject,
    one.issuer,
    new Date(one.validFromMs).toISOString(),
    new Date(one.validToMs).toISOString(),
  ]);
  return `${plain(subject)}\n\n${table([t('Certificate of'), t('Issued by'), t('From'), t('To')], rows)}`;
}

function settingsOf({ connection, bucket }: ReportSubject, t: Translate): readonly (readonly [string, string])[] {
  const isIam = connection.kind === 'iam';
  return [
    [t('Sign-in'), signInText(connection, t)],
    [t('Endpoint'), connection.endpoint],
    [t('Network'), connection.network ?? t('as the endpoint says')],
    ...(isIam ? [[t('Service instance'), connection.serviceInstanceId] as const] : []),
    ...(isIam && connection.iamEndpoint !== undefined ? [['IAM', connection.iamEndpoint] as const] : []),
    ...(bucket === undefined ? [] : [[t('Bucket'), bucket] as const]),
    [t('Read-only'), connection.isReadOnly === true ? t('yes') : t('no')],
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Text that Markdown shows as it is, in one line. */
function plain(text: string): string {
  return shownText(text.replace(/\s+/g, ' ')).replace(/[\\`*_[\]<>|#]/g, '\\$&');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function signInText(connection: Connection, t: Translate): string {
  switch (connection.kind) {
    case 'iam':
      return connection.signIn ?? t('API key');
    case 'hmac':
      return t('HMAC key pair');
    case 'anonymous':
      return t('none');
  }
}
