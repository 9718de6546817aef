import { describe, expect, it } from 'vitest';
import type { CosErrorKind, CosErrorReason } from '../../../../src/model/cosError';
import { fsErrorCode } from '../../../../src/extension/documents/fsError';

const code = (kind: CosErrorKind, reason?: CosErrorReason) =>
  fsErrorCode({ kind, op: 'test', retry: 'never', detail: '', ...(reason === undefined ? {} : { reason }) });

describe('failures as VS Code knows them', () => {
  it.each([
    ['notFound', undefined, 'FileNotFound'],
    ['notFound', 'noSuchBucket', 'FileNotFound'],
    ['conflict', 'alreadyExists', 'FileExists'],
    ['denied', 'readOnlyConnection', 'NoPermissions'],
    ['invalid', 'readOnlyConnection', 'NoPermissions'],
    ['denied', undefined, 'NoPermissions'],
    ['signInNeeded', 'secretMissing', 'NoPermissions'],
    ['held', undefined, 'NoPermissions'],
    ['conflict', undefined, 'Unavailable'],
    ['preconditionFailed', undefined, 'Unavailable'],
    ['network', 'hostUnknown', 'Unavailable'],
    ['throttled', undefined, 'Unavailable'],
    ['engineGone', undefined, 'Unavailable'],
    ['tooLarge', undefined, 'Unavailable'],
    ['internal', undefined, 'Unavailable'],
  ] as const)('%s %s is %s', (kind, reason, expected) => {
    expect(code(kind, reason)).toBe(expected);
  });
});
