import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import type { Protection } from '../../../../src/model/protection';
import { propertiesDocument } from '../../../../src/engine/documents/object/properties';
import { printProperties, type PropertiesState } from '../../../../src/engine/documents/object/state';
import { parseDocument } from '../../../../src/engine/documents/parse';

const nowMs = Date.UTC(2026, 0, 1);
/** The document as JSON, to be edited. */
type Properties = Record<string, unknown> & {
  readonly headers: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  tags: Record<string, unknown>;
  retention: Record<string, unknown>;
  legalHolds: unknown;
  objectLock: Record<string, unknown>;
  readonly facts: Record<string, unknown>;
};

const dayMs = 86_400_000;
const subject = {
  kind: 'object',
  connectionId: connectionId('test'),
  bucket: bucketName('bucket'),
  key: objectKey('folder/report.txt'),
} as const;

const state = (protection: Protection, more: Partial<PropertiesState> = {}): PropertiesState => ({
  object: {
    info: {
      key: subject.key,
      sizeBytes: 7,
      modifiedAtMs: nowMs - dayMs,
      etag: 'abc',
      headers: { contentType: 'text/plain' },
      metadata: { owner: 'ana' },
      tagCount: 1,
      checksums: { CRC64NVME: 'x=' },
      protection: {},
    },
    archive: { kind: 'active' },
    tags: { project: 'alpha' },
    acl: 'private',
    protection,
    unreadable: [],
  },
  isVersion: false,
  isReadOnlyConnection: false,
  ...more,
});
const unprotected = state({ kind: 'none', mechanism: 'none' });
const heldIds = ['case-1'];
const policy = { minimumDays: 1, defaultDays: 2, maximumDays: 30, isPermanentAllowed: false };
const expired = state(
  { kind: 'retention', end: { kind: 'until', untilMs: nowMs - dayMs }, createdAtMs: nowMs - 3 * dayMs, holds: [] },
  { policy },
);
const retained = state(
  {
    kind: 'retention',
    end: { kind: 'until', untilMs: nowMs + dayMs },
    createdAtMs: nowMs - dayMs,
    holds: [{ id: 'case-1', placedAtMs: nowMs }],
  },
  { policy },
);
const held = state({ kind: 'retention', end: { kind: 'until', untilMs: 0 }, holds: [{ id: 'case-1' }] }, { policy });
const locked = (mode: 'GOVERNANCE' | 'COMPLIANCE') =>
  state({ kind: 'objectLock', mode, retainUntilMs: nowMs + 10 * dayMs, hasLegalHold: false, versionId: 'v' });
const unlocked = state({ kind: 'none', mechanism: 'objectLock', versionId: 'v' });

const kind = propertiesDocument(subject);
/** `code «text it stands at»` of every problem of the printed document after an edit. */
function problemsAfter(of: PropertiesState, edit: (value: Properties) => void): readonly string[] {
  const value = JSON.parse(printProperties(of).replaceAll(/^\s*\/\/.*$/gm, '')) as Properties;
  edit(value);
  const text = JSON.stringify(value, undefined, 2);
  return kind
    .check(parseDocument(text), of, nowMs)
    .map(({ code, offset, length }) => `${code} «${text.slice(offset, offset + length)}»`);
}
const plan = (of: PropertiesState, edit: (value: Properties) => void) => {
  const value = JSON.parse(printProperties(of).replaceAll(/^\s*\/\/.*$/gm, '')) as Properties;
  edit(value);
  return kind.plan(parseDocument(JSON.stringify(value)), of, nowMs);
};

describe('the properties of an object as a document', () => {
  it.each([
    ['nothing protects', unprotected],
    ['is retained', retained],
    ['is held', held],
    ['has a lock', locked('COMPLIANCE')],
    ['could have a lock', unlocked],
    ['is a version', state({ kind: 'none', mechanism: 'none' }, { isVersion: true })],
    [
      'cannot be read whole',
      {
        ...unprotected,
        object: {
          ...unprotected.object,
          tags: undefined,
          acl: undefined,
          unreadable: [
            {
              part: 'tags',
              error: {
                kind: 'denied',
                op: 'GetObjectTagging',
                retry: 'never',
                detail: '',
                neededRole: 'Object Reader',
              },
            },
          ],
        },
      } as unknown as PropertiesState,
    ],
  ])('has no problem and nothing to do as it was printed, of one that %s', (_what, of) => {
    const document = parseDocument(printProperties(of));
    expect(document.syntaxProblems).toEqual([]);
    expect(kind.check(document, of, nowMs)).toEqual([]);
    expect(kind.plan(document, of, nowMs)).toEqual([]);
  });

  const long = 'x'.repeat(300);
  it.each<[string, PropertiesState, (value: Properties) => void, readonly string[]]>([
    ['an unknown part', unprotected, (v) => (v['colour'] = 'red'), ['unknownName «"colour"»']],
    ['a missing part', unprotected, (v) => Reflect.deleteProperty(v, 'metadata'), ['part «{»']],
    ['an edited fact', unprotected, (v) => (v.facts['sizeBytes'] = 8), ['factEdited «8»']],
    ['an unknown header', unprotected, (v) => (v.headers['X-Mine'] = 'a'), ['unknownName «"X-Mine"»']],
    ['an empty header', unprotected, (v) => (v.headers['Cache-Control'] = ''), ['headerEmpty «""»']],
    [
      'a line break in a header',
      unprotected,
      (v) => (v.headers['Cache-Control'] = 'a\nb'),
      ['headerCharacter «"a\\nb"»'],
    ],
    ['blanks around a header', unprotected, (v) => (v.headers['Cache-Control'] = ' a'), ['blanks «" a"»']],
    [
      'a Content-Type without a slash',
      unprotected,
      (v) => (v.headers['Content-Type'] = 'text'),
      ['contentType «"text"»'],
    ],
    ['a bad date in Expires', unprotected, (v) => (v.headers['Expires'] = 'soon'), ['expires «"soon"»']],
    [
      'a redirect to nowhere',
      unprotected,
      (v) => (v.headers['x-amz-website-redirect-location'] = 'a'),
      ['redirect «"a"»'],
    ],
    ['a number as metadata', unprotected, (v) => (v.metadata['size'] = 3), ['text «3»']],
    ['a name of metadata in capitals', unprotected, (v) => (v.metadata['Size'] = '3'), ['metadataCase «"Size"»']],
    ['a blank in a name of metadata', unprotected, (v) => (v.metadata['a b'] = '3'), ['metadataName «"a b"»']],
    ['a line break in metadata', unprotected, (v) => (v.metadata['a'] = '3\n'), ['metadataValue «"3\\n"»']],
    [
      'more than 2 KB of metadata',
      unprotected,
      (v) => (v.metadata['a'] = long.repeat(7)),
      ['metadataSize «"metadata"»'],
    ],
    [
      'an eleventh tag',
      unprotected,
      (v) => (v.tags = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`t${at}`, '']))),
      ['tagCount «"tags"»'],
    ],
    ['a reserved tag', unprotected, (v) => (v.tags['ibm:x'] = ''), ['tagKey «"ibm:x"»']],
    ['a tag key that is too long', unprotected, (v) => (v.tags[long] = ''), [`tagKey «"${long}"»`]],
    ['a tag value that is too long', unprotected, (v) => (v.tags['a'] = long), [`tagValue «"${long}"»`]],
    ['a character that tags cannot have', unprotected, (v) => (v.tags['a'] = '#'), ['tagValue «"#"»']],
    ['an access list of another kind', unprotected, (v) => (v['acl'] = 'public'), ['acl «"public"»']],
    [
      'a retention without a policy',
      unprotected,
      (v) => (v.retention = { until: 'indefinite' }),
      ['mechanism «"retention"»'],
    ],
    ['holds in a bucket with Object Lock', unlocked, (v) => (v.legalHolds = ['a']), ['mechanism «"legalHolds"»']],
    ['a lock in a bucket with a policy', retained, (v) => (v.objectLock = {}), ['mechanism «"objectLock"»']],
    ['headers of a retained object', retained, (v) => (v.headers['Content-Type'] = 'a/b'), ['protected «"headers"»']],
    ['metadata of a held object', held, (v) => (v.metadata['owner'] = 'bo'), ['protected «"metadata"»']],
    [
      'an earlier date',
      retained,
      (v) => (v.retention['until'] = '2026-01-01T12:00:00Z'),
      ['notLater «"2026-01-01T12:00:00Z"»'],
    ],
    ['a date beyond the maximum', retained, (v) => (v.retention['until'] = '2027-01-01'), ['tooLate «"2027-01-01"»']],
    ['a day that does not exist', retained, (v) => (v.retention['until'] = '2026-02-31'), ['date «"2026-02-31"»']],
    [
      'a time without a zone',
      retained,
      (v) => (v.retention['until'] = '2026-01-05T10:00:00'),
      ['date «"2026-01-05T10:00:00"»'],
    ],
    [
      'a fraction of a second',
      retained,
      (v) => (v.retention['until'] = '2026-01-05T10:00:00.5Z'),
      ['wholeSeconds «"2026-01-05T10:00:00.5Z"»'],
    ],
    [
      'forever without permission',
      retained,
      (v) => (v.retention['until'] = 'permanent'),
      ['permanentNotAllowed «"permanent"»'],
    ],
    ['a hold with a blank', retained, (v) => (v.legalHolds = [...heldIds, 'a b']), ['holdId «"a b"»']],
    [
      'a hold of 65 characters',
      retained,
      (v) => (v.legalHolds = [...heldIds, 'x'.repeat(65)]),
      [`holdId «"${'x'.repeat(65)}"»`],
    ],
    ['an empty hold', retained, (v) => (v.legalHolds = [...heldIds, '']), ['holdId «""»']],
    ['a hold twice', retained, (v) => (v.legalHolds = [...heldIds, 'case-1']), ['holdExists «"case-1"»']],
    ['a hold that is no text', retained, (v) => (v.legalHolds = [...heldIds, 7]), ['text «7»']],
    ['holds that are no list', retained, (v) => (v.legalHolds = 'case-1'), ['part «"case-1"»']],
    [
      '101 holds',
      retained,
      (v) => (v.legalHolds = Array.from({ length: 101 }, (_, at) => `h${at}`)),
      ['holdCount «"legalHolds"»'],
    ],
    [
      'a lock in the past',
      unlocked,
      (v) => (v.objectLock = { mode: 'GOVERNANCE', retainUntil: '2025-01-01', legalHold: false }),
      ['past «"2025-01-01"»'],
    ],
    ['a lock without a date', unlocked, (v) => (v.objectLock['mode'] = 'GOVERNANCE'), ['date «null»']],
    ['a date without a mode', unlocked, (v) => (v.objectLock['retainUntil'] = '2027-01-01'), ['lockMode «null»']],
    ['a mode that is none', unlocked, (v) => (v.objectLock['mode'] = 'governance'), ['lockMode «"governance"»']],
    ['a legal hold that is no yes or no', unlocked, (v) => (v.objectLock['legalHold'] = 'ON'), ['boolean «"ON"»']],
    [
      'a shorter COMPLIANCE',
      locked('COMPLIANCE'),
      (v) => (v.objectLock['retainUntil'] = '2026-01-02'),
      ['complianceWeaker «"2026-01-02"»'],
    ],
    [
      'no more COMPLIANCE',
      locked('COMPLIANCE'),
      (v) => Object.assign(v.objectLock, { mode: null, retainUntil: null, bypassGovernance: true }),
      ['complianceWeaker «null»'],
    ],
    [
      'a shorter GOVERNANCE',
      locked('GOVERNANCE'),
      (v) => (v.objectLock['retainUntil'] = '2026-01-02'),
      ['needsBypass «"2026-01-02"»'],
    ],
    [
      'metadata of a version',
      state({ kind: 'none', mechanism: 'none' }, { isVersion: true }),
      (v) => (v.metadata['a'] = 'b'),
      ['version «"metadata"»'],
    ],
  ])('says where it is wrong: %s', (_what, of, edit, expected) => {
    expect(problemsAfter(of, edit)).toEqual(expected);
  });

  it.each<[string, PropertiesState, (value: Properties) => void]>([
    ['tags of a retained object', retained, (v) => (v.tags['a'] = 'b')],
    ['metadata after the retention', expired, (v) => (v.metadata['a'] = 'b')],
    ['a later date', retained, (v) => (v.retention['until'] = '2026-01-10')],
    ['a hold more', retained, (v) => (v.legalHolds = [...heldIds, 'case-2'])],
    ['a longer COMPLIANCE', locked('COMPLIANCE'), (v) => (v.objectLock['retainUntil'] = '2026-02-01T00:00:00Z')],
    [
      'a shorter GOVERNANCE with the bypass',
      locked('GOVERNANCE'),
      (v) => Object.assign(v.objectLock, { retainUntil: '2026-01-02', bypassGovernance: true }),
    ],
    ['metadata under a lock, as a new version', locked('COMPLIANCE'), (v) => (v.metadata['a'] = 'b')],
  ])('allows %s', (_what, of, edit) => {
    expect(problemsAfter(of, edit)).toEqual([]);
    expect(plan(of, edit)).not.toEqual([]);
  });

  it('repairs what has an obvious repair', () => {
    const text = '{ "headers": {}, "metadata": { "Owner": " ana ", "n": 3 }, "tags": {}, "acl": "private" }';
    const repaired = kind
      .check(parseDocument(text), unprotected, nowMs)
      .flatMap(({ fixes }) => fixes?.[0]?.edits ?? [])
      .sort((a, b) => b.offset - a.offset)
      .reduce((so, { offset, length, text: by }) => so.slice(0, offset) + by + so.slice(offset + length), text);
    expect(JSON.parse(repaired)).toMatchObject({ metadata: { owner: 'ana', n: '3' } });
  });

  it('adds protection before it takes any away, and names what cannot be undone', () => {
    const steps = plan(retained, (v) => {
      v.legalHolds = ['case-2'];
      v.retention['until'] = '2026-01-10T00:00:00Z';
      v.tags = {};
    });
    expect(steps.map(({ id }) => id)).toEqual(['tags', 'retention', 'addHold case-2', 'removeHold case-1']);
    expect(steps.filter(({ irreversible }) => irreversible !== undefined).map(({ id }) => id)).toEqual(['retention']);
    expect(steps[1]!.irreversible).toContain(
      '"folder/report.txt" cannot be deleted or overwritten by anybody before 2026-01-10',
    );
    const [lock] = plan(
      unlocked,
      (v) => (v.objectLock = { mode: 'COMPLIANCE', retainUntil: '2026-03-01', legalHold: true }),
    ).slice(-1);
    expect(lock).toMatchObject({ id: 'lock', operation: 'PutObjectRetention' });
    expect(lock!.irreversible).toContain('2026-03-01');
  });
});
