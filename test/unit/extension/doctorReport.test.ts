import { expect, it } from 'vitest';
import { doctorReport, withoutCredential } from '../../../src/extension/connections/doctorReport';
import type { Translate } from '../../../src/extension/ui/translate';
import type { Connection } from '../../../src/model/connection';
import { concludeDiagnosis, type Diagnosis, type DiagnosisStep } from '../../../src/model/diagnosis';
import type { CosError } from '../../../src/model/cosError';
import { connectionId } from '../../../src/model/ids';

const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_all, index: string) => String(args[Number(index)]));
const connection: Connection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'team | one',
  serviceInstanceId: 'crn:v1:x',
  endpoint: 'https://s3.eu-de.cloud-object-storage.appdomain.cloud',
};
const denied: CosError = {
  kind: 'denied',
  op: 'HeadObject',
  bucket: 'reports',
  key: 'a.csv',
  neededRole: 'Object Reader',
  httpStatus: 403,
  code: 'AccessDenied',
  requestId: 'r-1',
  retry: 'never',
  detail: 'no',
};
const allowed = (subject: string): DiagnosisStep => ({ kind: 'permission', subject, outcome: 'ok' });
const refused = (subject: string): DiagnosisStep => ({ kind: 'permission', subject, outcome: 'failed', error: denied });
const diagnosisOf = (steps: readonly DiagnosisStep[]): Diagnosis => ({
  startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  steps,
  conclusion: concludeDiagnosis(steps),
});

it('tells a missing role from a network that is shut out', () => {
  expect(concludeDiagnosis([allowed('ListBuckets'), refused('HeadBucket'), refused('ListObjectsV2')])).toBe('shutOut');
  expect(concludeDiagnosis([allowed('ListBuckets'), refused('HeadBucket'), allowed('ListObjectsV2')])).toBe(
    'roleMissing',
  );
  expect(concludeDiagnosis([refused('ListBuckets'), refused('HeadBucket')])).toBe('roleMissing');
  expect(concludeDiagnosis([allowed('ListBuckets')])).toBe('works');
});

it('names the role, the action and the request of what was refused', () => {
  const step: DiagnosisStep = {
    ...refused('HeadObject'),
    facts: { role: 'Object Reader', action: 'object.head' },
  };
  const report = doctorReport(
    diagnosisOf([allowed('ListBuckets'), step]),
    { connection, refusal: denied, environment: [['VS Code', '1.0']] },
    t,
  );
  expect(report).toContain('# Connection Doctor: team \\| one');
  expect(report).toContain('HeadObject was refused on reports/a.csv. The least role for it is Object Reader;');
  expect(report).toContain('IBM calls the action cloud-object-storage.object.head. Request id: r-1.');
  expect(report).toMatch(/\| ✗ \| Permission \| HeadObject \| .*403, AccessDenied, r-1/);
  expect(report).toContain('2026-01-02T03:04:05.000Z');
});

it('shows whose certificates were seen, and by how much the clock is off', () => {
  const chain = [{ subject: 'cos', issuer: 'Proxy CA', validFromMs: 0, validToMs: Date.UTC(2030, 0, 1) }];
  const tls: DiagnosisStep = {
    kind: 'tls',
    subject: 'cos.example',
    outcome: 'failed',
    facts: { tlsVersion: 'TLSv1.3', chain },
    error: { kind: 'tls', reason: 'certificateUntrusted', op: 'x', retry: 'never', detail: '' },
  };
  const clock: DiagnosisStep = {
    kind: 'clock',
    subject: 'cos.example',
    outcome: 'failed',
    facts: { skewMs: -7_200_000 },
  };
  const report = doctorReport(diagnosisOf([tls, clock]), { connection, environment: [] }, t);
  expect(report).toContain('| cos | Proxy CA | 1970-01-01T00:00:00.000Z | 2030-01-01T00:00:00.000Z |');
  expect(report).toContain('this machine is 7200 s behind the service');
  expect(report).toContain('The certificate of the server is not trusted');
});

it('lets nothing of a credential through, wherever it stands', () => {
  const credential = {
    kind: 'apiKey',
    apiKey: 'my-secret-api-key',
    hmac: { accessKeyId: 'my-access-key', secretAccessKey: 'my-secret-access-key' },
  } as const;
  const text =
    'my-secret-api-key my-access-key my-secret-access-key Bearer abc.def eyJhbGciOi.eyJzdWIi.sig-nature x?X-Amz-Signature=0123abcd&b';
  const clean = withoutCredential(text, credential);
  expect(clean).toBe('… … … Bearer … … x?X-Amz-Signature=…&b');
});
