import { describe, expect, it } from 'vitest';
import { cause, failureMessage } from '../../../src/extension/ui/messages';
import type { Translate } from '../../../src/extension/ui/translate';
import type { CosError, CosErrorKind, CosErrorReason, ProtectionRefusal } from '../../../src/model/cosError';

const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_all, index: string) => String(args[Number(index)]));

const failed = (fields: Partial<CosError>): CosError => ({
  kind: 'internal',
  op: 'objects/read',
  retry: 'never',
  detail: 'the detail',
  ...fields,
});

const kinds: Record<CosErrorKind, true> = {
  notFound: true,
  denied: true,
  signInNeeded: true,
  conflict: true,
  preconditionFailed: true,
  held: true,
  throttled: true,
  network: true,
  tls: true,
  invalid: true,
  tooLarge: true,
  localFile: true,
  cancelled: true,
  engineGone: true,
  unsupported: true,
  internal: true,
};

const reasons: Record<CosErrorReason, true> = {
  noSuchBucket: true,
  noSuchKey: true,
  noSuchUpload: true,
  wrongLocation: true,
  redirected: true,
  bucketNotEmpty: true,
  bucketNameTaken: true,
  invalidBucketName: true,
  invalidLocation: true,
  tooManyBuckets: true,
  rootKeyRefused: true,
  alreadyExists: true,
  arrivalUnknown: true,
  apiKeyUnknown: true,
  apiKeyDisabled: true,
  apiKeyLocked: true,
  apiKeyExpired: true,
  passcodeRefused: true,
  passcodeNeeded: true,
  profileRefused: true,
  signInRefused: true,
  sessionExpired: true,
  instanceUnknown: true,
  otherAccount: true,
  accessKeyUnknown: true,
  signatureMismatch: true,
  clockSkewed: true,
  notACosEndpoint: true,
  hostUnknown: true,
  connectionRefused: true,
  connectionLost: true,
  timedOut: true,
  proxyRefused: true,
  certificateUntrusted: true,
  integrity: true,
  changedMeanwhile: true,
  documentProblems: true,
  notConfirmed: true,
  archived: true,
  secretMissing: true,
  noConnection: true,
  diskFull: true,
  notWritable: true,
  noSuchFile: true,
  unsafeName: true,
  readOnlyConnection: true,
  productionLocked: true,
  grantsRefused: true,
  grantsMissing: true,
  tagsRefused: true,
  metadataTooLarge: true,
  keyTooLong: true,
  tooLargeToStore: true,
  tooLargeToSend: true,
  quotaExceeded: true,
};

/** Those that say more than the kind of the failure. */
const refusals: Record<Exclude<ProtectionRefusal, 'protected'>, true> = {
  mechanism: true,
  holdId: true,
  holdExists: true,
  noSuchHold: true,
  tooManyHolds: true,
  retentionNotLater: true,
  retentionOutsidePolicy: true,
  lockNotLater: true,
  lockNeedsBypass: true,
};

describe('failure messages', () => {
  it('say what failed, why and what to do, and name the object last', () => {
    const error = failed({
      kind: 'denied',
      op: 'objects/listPage',
      bucket: 'reports',
      key: 'a/b',
      httpStatus: 403,
    });
    expect(failureMessage(error, t)?.text).toBe(
      'Listing objects failed: access is denied; it needs the role Content Reader, ' +
        'and no firewall or context rule may shut this network out: "reports/a/b"',
    );
  });

  it('say that a bucket which is not empty was kept', () => {
    const error = failed({ kind: 'conflict', reason: 'bucketNotEmpty', op: 'buckets/delete', bucket: 'b' });
    expect(failureMessage(error, t)?.text).toMatch(/^The bucket was not deleted, because it is not empty; .*: "b"$/);
  });

  it('are silent about cancelled work', () => {
    expect(failureMessage(failed({ kind: 'cancelled' }), t)).toBeUndefined();
  });

  it('have a sentence of its own for every kind, every reason and every refusal', () => {
    const sentences = [
      ...Object.keys(kinds).map((kind) => cause(failed({ kind: kind as CosErrorKind }), t)),
      ...Object.keys(reasons).map((reason) => cause(failed({ reason: reason as CosErrorReason }), t)),
      ...Object.keys(refusals).map((refusal) => cause(failed({ refusal: refusal as ProtectionRefusal }), t)),
    ];
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[a-z].{10,}[^.]$/i);
  });

  it('repeat what the service says where only it knows what is wrong', () => {
    const said = 'Days must be at least 1.';
    expect(cause(failed({ kind: 'invalid', code: 'InvalidArgument', said }), t)).toBe(
      'the service refused the request; it says: Days must be at least 1.',
    );
    expect(cause(failed({ kind: 'conflict', said }), t)).toContain(`(the service says: ${said})`);
  });

  it('prefer the reason to the kind', () => {
    expect(cause(failed({ kind: 'signInNeeded', reason: 'apiKeyUnknown' }), t)).toContain('API key was not accepted');
  });

  it('tell a change that came too late from bytes that changed under way', () => {
    const late = failed({ kind: 'preconditionFailed', reason: 'changedMeanwhile', op: 'ChangeAttributes' });
    expect(cause(late, t)).toBe('somebody else changed it meanwhile, so it was left as it is; start again');
    expect(cause({ ...late, op: 'UploadPart' }, t)).toContain('while it was being transferred');
  });

  it('offer to sign in, to retry or only the log, as the error advises', () => {
    const actionsOf = (fields: Partial<CosError>): unknown => failureMessage(failed(fields), t)?.actions;
    expect(actionsOf({ kind: 'signInNeeded', retry: 'afterSignIn' })).toEqual(['signIn', 'showLog']);
    expect(actionsOf({ kind: 'throttled', retry: 'later' })).toEqual(['retry', 'showLog']);
    expect(actionsOf({ kind: 'conflict', retry: 'never' })).toEqual(['showLog']);
    expect(actionsOf({ kind: 'denied', retry: 'never' })).toEqual(['whyRefused', 'showLog']);
    expect(actionsOf({ kind: 'tls', retry: 'never' })).toEqual(['diagnose', 'showLog']);
    expect(actionsOf({ kind: 'signInNeeded', reason: 'apiKeyLocked' })).toEqual(['replaceKey', 'showLog']);
    expect(actionsOf({ kind: 'denied', reason: 'otherAccount' })).toEqual(['editConnection', 'showLog']);
  });

  it('name the file for a failure on this machine, and the host for one of the network', () => {
    const text = (fields: Partial<CosError>): string | undefined => failureMessage(failed(fields), t)?.text;
    expect(text({ kind: 'localFile', reason: 'diskFull', fsPath: '/tmp/x', bucket: 'b' })).toMatch(/: "\/tmp\/x"$/);
    expect(text({ kind: 'network', reason: 'hostUnknown', host: 's3.example' })).toMatch(/: "s3.example"$/);
    expect(text({ kind: 'network' })).toMatch(/\.$/);
  });
});
