import type { Query } from '../../../src/engine/cos/address';
import type { XmlNode } from '../../../src/engine/cos/control';
import type { BucketTopic } from '../../../src/model/configDocument';

/** Buckets by how they protect. */
export type Kind = 'plain' | 'locked' | 'retained';
/** The properties document as JSON, to be edited. */
export type Properties = Record<string, unknown> &
  Readonly<Record<'headers' | 'metadata' | 'tags' | 'retention' | 'objectLock', Record<string, unknown>>>;

/** A request of the engine, past everything it checks before one. */
export interface Past {
  readonly method?: 'PUT' | 'POST';
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: XmlNode;
}

/** A limit, what the editor says of it, and what is read when the service refuses all the same. */
export interface Limit {
  readonly limit: string;
  /** `code «underlined text» sentence`; long texts are cut. */
  readonly finds: readonly string[];
  /** The same change as a request, and what the user reads of the refusal. */
  readonly past: Past | ((days: (days: number) => string) => Past);
  readonly says: string;
}
/** A limit of what an object has. */
export interface ObjectLimit extends Limit {
  readonly on: Kind;
  readonly edit: (value: Properties, days: (days: number) => string) => void;
  /** Legal holds that the object has by then. */
  readonly holds?: number;
}
/** A limit of a configuration. */
export interface BucketLimit extends Limit {
  readonly on: Kind;
  readonly topic: BucketTopic;
  readonly text: string;
}

const tagsOf = (tags: Readonly<Record<string, string>>): Past => ({
  query: { tagging: undefined },
  body: [
    'Tagging',
    [
      [
        'TagSet',
        Object.entries(tags).map(([key, value]) => [
          'Tag',
          [
            ['Key', key],
            ['Value', value],
          ],
        ]),
      ],
    ],
  ],
});
const holdOf = (id: string): Past => ({ method: 'POST', query: { legalHold: undefined, add: id } });
const extensionOf = (name: string, value: string): Past => ({
  method: 'POST',
  query: { extendRetention: undefined },
  headers: { [name]: value },
});
const lockOf = (mode: string, until: string): Past => ({
  query: { retention: undefined },
  body: [
    'Retention',
    [
      ['Mode', mode],
      ['RetainUntilDate', until],
    ],
  ],
});
const policyOf = (minimum: number, standard: number, maximum: number): Past => ({
  query: { protection: undefined },
  body: [
    'ProtectionConfiguration',
    [
      ['Status', 'Retention'],
      ['MinimumRetention', [['Days', minimum]]],
      ['DefaultRetention', [['Days', standard]]],
      ['MaximumRetention', [['Days', maximum]]],
    ],
  ],
});
const lockDefaultOf = (...duration: readonly XmlNode[]): Past => ({
  query: { 'object-lock': undefined },
  body: [
    'ObjectLockConfiguration',
    [
      ['ObjectLockEnabled', 'Enabled'],
      ['Rule', [['DefaultRetention', [['Mode', 'GOVERNANCE'], ...duration]]]],
    ],
  ],
});
/** A lifecycle configuration of enabled rules. */
export const lifecycleOf = (...rules: readonly (readonly XmlNode[])[]): Past => ({
  query: { lifecycle: undefined },
  body: ['LifecycleConfiguration', rules.map((rule): XmlNode => ['Rule', [['Status', 'Enabled'], ...rule]])],
});
/** A filter that fits every object. */
export const everything: XmlNode = ['Filter', []];
const manyTags = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`tag${at}`, 'x']));
const tagsRefused = 'the service does not take these tags: at most 10';

/** Limits of metadata, tags, holds, retention and lock (data-plane §1.3, §7, §11, §12, §14). */
export const objectLimits: readonly ObjectLimit[] = [
  {
    limit: 'user metadata of 2 KB in all',
    on: 'plain',
    edit: ({ metadata }) => (metadata['long'] = 'x'.repeat(2045)),
    finds: ['metadataSize «"metadata"» The metadata has 2049 bytes of names and values; the service takes 2048.'],
    past: { headers: { 'x-amz-meta-long': 'x'.repeat(2045) } },
    says: 'its metadata is larger than the service takes; shorten or remove entries',
  },
  {
    limit: 'metadata counted in bytes as they travel',
    on: 'plain',
    edit: ({ metadata }) => (metadata['long'] = 'ü'.repeat(1023)),
    finds: ['metadataSize «"metadata"» The metadata has 2050 bytes of names and values; the service takes 2048.'],
    past: { headers: { 'x-amz-meta-long': Buffer.from('ü'.repeat(1023)).toString('latin1') } },
    says: 'its metadata is larger than the service takes',
  },
  {
    limit: '10 tags',
    on: 'plain',
    edit: (value) => Object.assign(value.tags, manyTags),
    finds: ['tagCount «"tags"» An object has at most 10 tags.'],
    past: tagsOf(manyTags),
    says: tagsRefused,
  },
  {
    limit: 'tag keys of 128 characters',
    on: 'plain',
    edit: ({ tags }) => (tags['k'.repeat(129)] = 'x'),
    finds: ['tagKey «"kkkkkkkkkkk…» The key of a tag has at most 128 characters and 256 bytes.'],
    past: tagsOf({ ['k'.repeat(129)]: 'x' }),
    says: tagsRefused,
  },
  {
    limit: 'tag values of 256 characters',
    on: 'plain',
    edit: ({ tags }) => (tags['key'] = 'v'.repeat(257)),
    finds: ['tagValue «"vvvvvvvvvvv…» The value of a tag has at most 256 characters and 512 bytes.'],
    past: tagsOf({ key: 'v'.repeat(257) }),
    says: tagsRefused,
  },
  {
    limit: 'tag keys with at least one character',
    on: 'plain',
    edit: ({ tags }) => (tags[''] = 'x'),
    finds: ['tagKey «""» A tag needs a key.'],
    past: tagsOf({ '': 'x' }),
    says: tagsRefused,
  },
  {
    limit: 'tag keys without ibm: in front',
    on: 'plain',
    edit: ({ tags }) => (tags['ibm:kind'] = 'x'),
    finds: ['tagKey «"ibm:kind"» Keys that begin with "ibm:" are reserved.'],
    past: tagsOf({ 'ibm:kind': 'x' }),
    says: tagsRefused,
  },
  {
    limit: 'characters of tags that no page allows',
    on: 'plain',
    edit: ({ tags }) => (tags['key'] = 'a#b'),
    finds: ['tagValue «"a#b"» \'#\' cannot be in a tag.'],
    past: tagsOf({ key: 'a#b' }),
    says: tagsRefused,
  },
  {
    limit: "characters of tags that one of IBM's pages allows",
    on: 'plain',
    edit: ({ tags }) => (tags['key'] = 'a@b'),
    finds: [`tagValue «"a@b"» IBM's pages disagree whether '@' may be in a tag; the service decides.`],
    past: tagsOf({ key: 'a@b' }),
    says: tagsRefused,
  },
  {
    limit: 'ids of legal holds: characters',
    on: 'retained',
    edit: (value) => (value['legalHolds'] = ['case 1']),
    finds: [`holdId «"case 1"» ' ' cannot be in the id of a legal hold; use letters, digits and ! _ . * ( ) -`],
    past: holdOf('case 1'),
    says: 'the service refused the request; it says: A legal hold id is 1 to 64 letters',
  },
  {
    limit: 'ids of legal holds: 64 characters',
    on: 'retained',
    edit: (value) => (value['legalHolds'] = ['h'.repeat(65)]),
    finds: ['holdId «"hhhhhhhhhhh…» The id of a legal hold has at most 64 characters.'],
    past: holdOf('h'.repeat(65)),
    says: 'the service refused the request; it says: A legal hold id is 1 to 64 letters',
  },
  {
    limit: 'ids of legal holds: at least one character',
    on: 'retained',
    edit: (value) => (value['legalHolds'] = ['']),
    finds: ['holdId «""» A legal hold needs an id.'],
    past: holdOf(''),
    says: 'the service refused the request; it says: A legal hold id is 1 to 64 letters',
  },
  {
    limit: '100 legal holds',
    on: 'retained',
    holds: 100,
    edit: (value) => (value['legalHolds'] as string[]).push('one-more'),
    finds: ['holdCount «"legalHolds"» An object has at most 100 legal holds; here are 101.'],
    past: holdOf('one-more'),
    says: 'the service refused the request; it says: An object can have at most 100 legal holds.',
  },
  {
    limit: 'legal holds with different ids',
    on: 'retained',
    holds: 1,
    edit: (value) => (value['legalHolds'] as string[]).push('hold-0'),
    finds: ['holdExists «"hold-0"» The legal hold \'hold-0\' stands here twice. Keep one.'],
    past: holdOf('hold-0'),
    says: 'it clashes with the present state; refresh and try again (the service says: The object already has',
  },
  {
    limit: 'a retention never gets shorter',
    on: 'retained',
    edit: ({ retention }, days) => (retention['until'] = days(2)),
    finds: ['notLater «"DATE"» A retention never gets shorter; choose a date after DATE.'],
    past: (days) => extensionOf('new-retention-expiration-date', days(2)),
    says: 'the service refused the request; it says: The new retention period must be longer than the present one.',
  },
  {
    limit: 'the maximum of the retention policy',
    on: 'retained',
    edit: ({ retention }, days) => (retention['until'] = days(32)),
    finds: ['tooLate «"DATE"» The bucket\'s retention policy allows dates up to DATE.'],
    past: (days) => extensionOf('new-retention-expiration-date', days(32)),
    says: 'the service refused the request; it says: The new retention period must not go beyond 30 days from now.',
  },
  {
    limit: 'retention forever where the policy allows it',
    on: 'retained',
    edit: ({ retention }) => (retention['until'] = 'permanent'),
    finds: [
      'permanentNotAllowed «"permanent"» The bucket\'s retention policy does not allow objects to be retained forever.',
    ],
    past: extensionOf('new-retention-period', '-2'),
    says: 'the service refused the request; it says: The bucket does not allow permanent retention.',
  },
  {
    limit: 'dates of retention',
    on: 'retained',
    edit: ({ retention }) => (retention['until'] = '2030-02-31'),
    finds: [
      'date «"2030-02-31"» Write a date such as "2030-01-31" or "2030-01-31T12:00:00Z", "indefinite" or "permanent".',
    ],
    past: extensionOf('new-retention-expiration-date', '2030-02-31T00:00:00Z'),
    says: 'the service refused the request; it says: New-Retention-Expiration-Date must be an ISO 8601 date',
  },
  {
    limit: 'locks that end in the future',
    on: 'locked',
    edit: ({ objectLock }, days) => Object.assign(objectLock, { mode: 'GOVERNANCE', retainUntil: days(-1) }),
    finds: ['past «"DATE"» A lock ends in the future; choose a later date.'],
    past: (days) => lockOf('GOVERNANCE', days(-1)),
    says: 'the service refused the request; it says: The retain until date must be in the future!',
  },
  {
    limit: 'dates of locks',
    on: 'locked',
    edit: ({ objectLock }) => Object.assign(objectLock, { mode: 'GOVERNANCE', retainUntil: 'next year' }),
    finds: ['date «"next year"» Write a date such as "2030-01-31" or "2030-01-31T12:00:00Z".'],
    past: lockOf('GOVERNANCE', 'next year'),
    says: 'the service refused the request; it says: RetainUntilDate must be an ISO 8601 date.',
  },
  {
    limit: 'modes of locks',
    on: 'locked',
    edit: ({ objectLock }, days) => Object.assign(objectLock, { mode: 'HARD', retainUntil: days(9) }),
    finds: ['lockMode «"HARD"» The mode is "GOVERNANCE", "COMPLIANCE", or null for none.'],
    past: (days) => lockOf('HARD', days(9)),
    says: 'the service refused the request; it says: Mode must be GOVERNANCE or COMPLIANCE.',
  },
  {
    limit: 'canned access lists',
    on: 'plain',
    edit: (value) => (value['acl'] = 'public-read-write'),
    finds: ['acl «"public-read-write"» The access list is "private" or "public-read".'],
    past: { query: { acl: undefined }, headers: { 'x-amz-acl': 'public-read-write' } },
    says: 'the service refused the request; it says: x-amz-acl must be private or public-read',
  },
];

/** Limits of retention policies, Object Lock, versioning and lifecycle (data-plane §9–§12). */
export const bucketLimits: readonly BucketLimit[] = [
  {
    limit: 'retention of 99 years at most',
    on: 'retained',
    topic: 'retentionPolicy',
    text: '{ "minimumDays": 1, "defaultDays": 5, "maximumDays": 36136 }',
    finds: ['tooLong «36136» "maximumDays" is at most 36135 days (99 years).'],
    past: policyOf(1, 5, 36_136),
    says: 'the service refused the request; it says: The days of MaximumRetention must be an integer between 0 and 36135',
  },
  {
    limit: 'retention in whole days, 0 or more',
    on: 'retained',
    topic: 'retentionPolicy',
    text: '{ "minimumDays": -1, "defaultDays": 5, "maximumDays": 30 }',
    finds: ['notWholeDays «-1» "minimumDays" is a whole number of days, 0 or more.'],
    past: policyOf(-1, 5, 30),
    says: 'the service refused the request; it says: The days of MinimumRetention must be an integer between',
  },
  {
    limit: 'minimum, default and maximum in this order',
    on: 'retained',
    topic: 'retentionPolicy',
    text: '{ "minimumDays": 9, "defaultDays": 5, "maximumDays": 30 }',
    finds: ['order «9» "minimumDays" cannot be more than "defaultDays".'],
    past: policyOf(9, 5, 30),
    says: 'the service refused the request; it says: MinimumRetention, DefaultRetention and MaximumRetention must not',
  },
  {
    limit: 'a first retention policy while the bucket is empty',
    on: 'plain',
    topic: 'retentionPolicy',
    text: '{ "minimumDays": 1, "defaultDays": 5, "maximumDays": 30 }',
    finds: [
      'notEmpty «"minimumDays"» A bucket gets its first retention policy while it is empty. This one has objects.',
    ],
    past: policyOf(1, 5, 30),
    says: 'it clashes with the present state; refresh and try again (the service says: A retention policy cannot be set',
  },
  {
    limit: 'locks of 36,500 days by default',
    on: 'locked',
    topic: 'objectLock',
    text: '{ "enabled": true, "default": { "mode": "GOVERNANCE", "days": 36501 } }',
    finds: ['duration «36501» "days" is a whole number, 1 to 36500.'],
    past: lockDefaultOf(['Days', 36_501]),
    says: 'the service refused the request; it says: Days must be an integer between 1 and 36500',
  },
  {
    limit: 'locks of 100 years by default',
    on: 'locked',
    topic: 'objectLock',
    text: '{ "enabled": true, "default": { "mode": "GOVERNANCE", "years": 101 } }',
    finds: ['duration «101» "years" is a whole number, 1 to 100.'],
    past: lockDefaultOf(['Years', 101]),
    says: 'the service refused the request; it says: Years must be an integer between 1 and 100',
  },
  {
    limit: 'locks in days or years',
    on: 'locked',
    topic: 'objectLock',
    text: '{ "enabled": true, "default": { "mode": "GOVERNANCE", "days": 1, "years": 2 } }',
    finds: ['daysAndYears «2» Write "days" or "years", and not both.'],
    past: lockDefaultOf(['Days', 1], ['Years', 2]),
    says: 'the service refused the request; it says: DefaultRetention must hold either Days or Years.',
  },
  {
    limit: 'Object Lock with versioning only',
    on: 'plain',
    topic: 'objectLock',
    text: '{ "enabled": true, "default": { "mode": "GOVERNANCE", "days": 1 } }',
    finds: ['needsVersioning «true» Object Lock needs versioning. Enable it first.'],
    past: lockDefaultOf(['Days', 1]),
    says: 'it clashes with the present state; refresh and try again (the service says: Versioning must be Enabled on the bucket',
  },
  {
    limit: 'versioning stays on under Object Lock',
    on: 'locked',
    topic: 'versioning',
    text: '{ "versioning": "suspended" }',
    finds: ['objectLock «"suspended"» This bucket has Object Lock, which needs versioning: it cannot be suspended.'],
    past: { query: { versioning: undefined }, body: ['VersioningConfiguration', [['Status', 'Suspended']]] },
    says: 'it clashes with the present state; refresh and try again (the service says: An Object Lock configuration is present on this bucket',
  },
  {
    limit: '1,000 lifecycle rules',
    on: 'plain',
    topic: 'lifecycle',
    text: JSON.stringify({
      rules: Array.from({ length: 1001 }, () => ({ status: 'disabled', expiration: { days: 1 } })),
    }),
    finds: ['tooMany «[{"status":"…» "rules" has at most 1000 entries.'],
    past: lifecycleOf(...Array.from({ length: 1001 }, () => [everything, ['Expiration', [['Days', 1]]] as const])),
    says: 'the service refused the request; it says: LifecycleConfiguration must hold 1 to 1000 rules, not 1001.',
  },
  {
    limit: 'expiration after a day at least',
    on: 'plain',
    topic: 'lifecycle',
    text: '{ "rules": [{ "status": "enabled", "expiration": { "days": 0 } }] }',
    finds: ['count «0» "days" is a whole number, 1 or more.'],
    past: lifecycleOf([everything, ['Expiration', [['Days', 0]]]]),
    says: 'the service refused the request; it says: Days must be at least 1',
  },
  {
    limit: 'expiration at a date to come',
    on: 'plain',
    topic: 'lifecycle',
    text: '{ "rules": [{ "status": "enabled", "expiration": { "date": "2001-01-31" } }] }',
    finds: ['pastDate «"2001-01-31"» This day has passed. The service takes days to come only.'],
    past: lifecycleOf([everything, ['Expiration', [['Date', '2001-01-31T00:00:00Z']]]]),
    says: 'the service refused the request; it says: Date must be a future date in ISO 8601 format',
  },
  {
    limit: 'characters in the ids of lifecycle rules',
    on: 'plain',
    topic: 'lifecycle',
    text: '{ "rules": [{ "id": "a/b", "status": "enabled", "expiration": { "days": 1 } }] }',
    finds: ['id «"a/b"» An id is 1 to 255 letters, digits and ! _ . * \' ( ) -, without blanks.'],
    past: lifecycleOf([['ID', 'a/b'], everything, ['Expiration', [['Days', 1]]]]),
    says: 'the service refused the request; it says: A rule ID may hold letters',
  },
  {
    limit: 'one rule of archiving',
    on: 'plain',
    topic: 'lifecycle',
    text: '{ "rules": [{ "status": "enabled", "transition": { "days": 1, "storageClass": "GLACIER" } }, { "status": "enabled", "transition": { "days": 2, "storageClass": "GLACIER" } }] }',
    finds: ['secondTransition «{ "days": 2,…» A bucket has one rule with "transition" at most.'],
    past: lifecycleOf(
      ...[1, 2].map((days) => [
        everything,
        [
          'Transition',
          [
            ['Days', days],
            ['StorageClass', 'GLACIER'],
          ],
        ] as const,
      ]),
    ),
    says: 'the service refused the request; it says: Only one rule may hold Transition.',
  },
];
