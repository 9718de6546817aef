import { describe, expect, it } from 'vitest';
import { lifecycleDocument } from '../../../../src/engine/documents/bucket/lifecycle';
import { lifecycleProblems } from '../../../../src/engine/documents/bucket/lifecycleCheck';
import { parseDocument } from '../../../../src/engine/documents/parse';
import { bucketName, connectionId } from '../../../../src/model/ids';
import type { VersioningState } from '../../../../src/model/objectVersion';

const nowMs = Date.UTC(2026, 5, 1);

/** Problems of a text: code and what is underlined. */
function found(text: string, versioning: VersioningState = 'enabled'): readonly string[] {
  return lifecycleProblems(parseDocument(text), { versioning, nowMs }).map(
    ({ code, offset, length }) => `${code} ${text.slice(offset, offset + length)}`,
  );
}
const rule = (content: string): string => `{ "rules": [{ "status": "enabled", ${content} }] }`;

describe('a lifecycle document', () => {
  it('is another one when the service got rules that cannot be shown, and the same when only versioning changed', () => {
    const place = { kind: 'bucket', connectionId: connectionId('c'), bucket: bucketName('b') } as const;
    const kind = lifecycleDocument({ ...place, topic: 'lifecycle' });
    const read = { rules: [], unknownElements: [], versioning: 'never' };
    expect(kind.isSame?.(read, { ...read, unknownElements: ['Hours'] })).toBe(false);
    expect(kind.isSame?.(read, { ...read, versioning: 'enabled' })).toBe(true);
    expect(kind.readOnlyReason?.({ ...read, unknownElements: ['Hours'] }, 0)).toContain("'Hours'");
  });
});

describe('the rules of a lifecycle document', () => {
  it.each([
    rule('"expiration": { "days": 1 }'),
    rule('"expiration": { "date": "2026-06-02" }'),
    rule('"filter": { "prefix": "a/" }, "noncurrentExpiration": { "days": 1 }'),
    rule('"transition": { "days": 0, "storageClass": "GLACIER" }, "expiration": { "days": 90 }'),
    rule('"filter": { "prefix": "" }, "transition": { "date": "2026-06-02", "storageClass": "ACCELERATED" }'),
    '{ "rules": [] } // none',
  ])('are content with %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    ['[]', ['notAnObject []']],
    ['{}', ['missing {']],
    ['{ "rules": {} }', ['list {}']],
    ['{ "rules": [7] }', ['object 7']],
    ['{ "rules": [], "more": 1 }', ['unknownName "more"']],
    ['{ "rules": [{ "expiration": { "days": 1 } }] }', ['missing {']],
    [rule('"id": "a b", "expiration": { "days": 1 }'), ['id "a b"']],
    [rule('"days": 1'), ['unknownName "days"']],
    [rule('"expiration": { "days": 1.5 }'), ['count 1.5']],
    [rule('"expiration": { "days": "1" }'), ['count "1"']],
    [rule('"expiration": {}'), ['noTime {}']],
    [rule('"expiration": { "days": 1, "date": "2030-01-01" }'), ['daysAndDate "2030-01-01"']],
    [rule('"expiration": { "date": "1 June" }'), ['date "1 June"']],
    [rule('"expiration": { "date": "2026-02-30" }'), ['date "2026-02-30"']],
    [rule('"expiration": { "date": "2026-06-01" }'), ['pastDate "2026-06-01"']],
    [rule('"expiration": { "days": 1, "expiredDeleteMarkers": true }'), ['expirationKinds true']],
    [rule('"noncurrentExpiration": { "keepVersions": 1 }'), ['missing {']],
    [rule('"noncurrentExpiration": { "days": 0 }'), ['count 0']],
    [rule('"abortIncompleteUploads": { "days": 0 }'), ['count 0']],
    [rule('"transition": { "days": -1, "storageClass": "GLACIER" }'), ['count -1']],
    [rule('"transition": { "days": 1, "storageClass": "DEEP_ARCHIVE" }'), ['choice "DEEP_ARCHIVE"']],
    [
      rule('"filter": { "prefix": "a" }, "transition": { "days": 1, "storageClass": "GLACIER" }'),
      ['transitionPrefix "a"'],
    ],
    [rule('"filter": { "largerThanBytes": 5, "smallerThanBytes": 6 }, "expiration": { "days": 1 }'), ['sizes 6']],
    [rule('"filter": { "tags": { "ibm:x": "1" } }, "expiration": { "days": 1 }'), ['tag "1"']],
    ['{ "rules": [{ "status": "enabled" }] }', ['noAction { "status": "enabled" }']],
  ])('find what is wrong with %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('find ids that stand twice, a second transition, and more rules than there may be', () => {
    const two = (content: string): string => `{ "rules": [{ ${content} }, { ${content} }] }`;
    expect(found(two('"id": "a", "status": "disabled", "expiration": { "days": 1 }'))).toEqual(['doubleId "a"']);
    const transition = '{ "days": 1, "storageClass": "GLACIER" }';
    expect(found(two(`"status": "enabled", "transition": ${transition}`))).toEqual([`secondTransition ${transition}`]);
    const many = Array.from({ length: 1001 }, () => ({ status: 'enabled', expiration: { days: 1 } }));
    expect(found(JSON.stringify({ rules: many }))[0]).toMatch(/^tooMany/);
  });

  it('warn of what is allowed and hardly meant', () => {
    const early = '"transition": { "days": 30, "storageClass": "GLACIER" }, "expiration": { "days": 60 }';
    expect(found(rule(early))).toEqual(['shortArchive 60']);
    expect(found(rule('"noncurrentExpiration": { "days": 1 }'), 'never')).toEqual(['neverVersioned { "days": 1 }']);
    const narrow = '"filter": { "tags": { "a": "b" } }, "abortIncompleteUploads": { "days": 1 }';
    expect(found(rule(narrow))).toEqual(['narrowFilter { "days": 1 }']);
  });
});
