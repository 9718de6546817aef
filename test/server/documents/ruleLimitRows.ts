import type { XmlNode } from '../../../src/engine/cos/control';
import { everything, lifecycleOf, type BucketLimit, type Past } from './limitRows';

const days = (name: string, count: number): XmlNode => [name, [['Days', count]]];
const archiving: XmlNode = [
  'Transition',
  [
    ['Days', 1],
    ['StorageClass', 'GLACIER'],
  ],
];
const corsOf = (count: number, rule: readonly XmlNode[]): Past => ({
  query: { cors: undefined },
  body: ['CORSConfiguration', Array.from({ length: count }, (): XmlNode => ['CORSRule', rule])],
});
const originAnd = (method: string, origin = 'https://a.example'): readonly XmlNode[] => [
  ['AllowedOrigin', origin],
  ['AllowedMethod', method],
];
const replicationOf = (count: number, target: string, priority: number | string = 1): Past => ({
  query: { replication: undefined },
  body: [
    'ReplicationConfiguration',
    Array.from({ length: count }, (): XmlNode => [
      'Rule',
      [
        ['Status', 'Enabled'],
        ['Priority', priority],
        ['DeleteMarkerReplication', [['Status', 'Disabled']]],
        everything,
        ['Destination', [['Bucket', target]]],
      ],
    ]),
  ],
});
const websiteOf = (...children: readonly XmlNode[]): Past => ({
  query: { website: undefined },
  body: ['WebsiteConfiguration', children],
});
const crn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:2:bucket:other';
const activeRule = (rule: string): string => `{ "rules": [{ "status": "enabled", ${rule} }] }`;
const replicates = (target: string, priority = 1): string =>
  activeRule(`"priority": ${priority}, "deleteMarkers": false, "target": "${target}"`);
const said = 'the service refused the request; it says: ';

/** Limits of lists of rules: lifecycle, CORS, replication, website (data-plane §8, §9, §13, §15). */
export const ruleLimits: readonly BucketLimit[] = [
  {
    limit: 'lifecycle rules with different ids',
    on: 'plain',
    topic: 'lifecycle',
    text: '{ "rules": [{ "id": "a", "status": "enabled", "expiration": { "days": 1 } }, { "id": "a", "status": "enabled", "expiration": { "days": 2 } }] }',
    finds: ['doubleId «"a"» The id "a" belongs to another rule already.'],
    past: lifecycleOf(
      [['ID', 'a'], everything, days('Expiration', 1)],
      [['ID', 'a'], everything, days('Expiration', 2)],
    ),
    says: `${said}Rule ID must be unique.`,
  },
  {
    limit: 'archiving without a prefix',
    on: 'plain',
    topic: 'lifecycle',
    text: activeRule('"filter": { "prefix": "logs/" }, "transition": { "days": 1, "storageClass": "GLACIER" }'),
    finds: ['transitionPrefix «"logs/"» A rule with "transition" is for the whole bucket: it cannot have a prefix.'],
    past: lifecycleOf([['Filter', [['Prefix', 'logs/']]], archiving]),
    says: `${said}A rule with Transition must not have a prefix.`,
  },
  {
    limit: 'archive classes',
    on: 'plain',
    topic: 'lifecycle',
    text: activeRule('"transition": { "days": 1, "storageClass": "STANDARD_IA" }'),
    finds: ['choice «"STANDARD_IA"» "storageClass" is "GLACIER" or "ACCELERATED".'],
    past: lifecycleOf([
      everything,
      [
        'Transition',
        [
          ['Days', 1],
          ['StorageClass', 'STANDARD_IA'],
        ],
      ],
    ]),
    says: `${said}StorageClass must be GLACIER or ACCELERATED`,
  },
  {
    limit: 'expiration by days or by a date',
    on: 'plain',
    topic: 'lifecycle',
    text: activeRule('"expiration": { "days": 1, "date": "2999-01-31" }'),
    finds: ['daysAndDate «"2999-01-31"» Write "days" or "date", and not both.'],
    past: lifecycleOf([
      everything,
      [
        'Expiration',
        [
          ['Days', 1],
          ['Date', '2999-01-31T00:00:00Z'],
        ],
      ],
    ]),
    says: `${said}Expiration must hold either Days or Date.`,
  },
  {
    limit: 'old versions kept for a day at least',
    on: 'locked',
    topic: 'lifecycle',
    text: activeRule('"noncurrentExpiration": { "days": 0 }'),
    finds: ['count «0» "days" is a whole number, 1 or more.'],
    past: lifecycleOf([everything, ['NoncurrentVersionExpiration', [['NoncurrentDays', 0]]]]),
    says: `${said}NoncurrentDays must be at least 1`,
  },
  {
    limit: 'incomplete uploads kept for a day at least',
    on: 'plain',
    topic: 'lifecycle',
    text: activeRule('"abortIncompleteUploads": { "days": 0 }'),
    finds: ['count «0» "days" is a whole number, 1 or more.'],
    past: lifecycleOf([everything, ['AbortIncompleteMultipartUpload', [['DaysAfterInitiation', 0]]]]),
    says: `${said}DaysAfterInitiation must be at least 1`,
  },
  {
    limit: '100 CORS rules',
    on: 'plain',
    topic: 'cors',
    text: JSON.stringify({
      rules: Array.from({ length: 101 }, () => ({ origins: ['https://a.example'], methods: ['GET'] })),
    }),
    finds: ['tooMany «[{"origins":…» "rules" has at most 100 entries.'],
    past: corsOf(101, originAnd('GET')),
    says: `${said}The number of CORS rules should not exceed allowed limit of 100 rules.`,
  },
  {
    limit: 'methods of CORS',
    on: 'plain',
    topic: 'cors',
    text: '{ "rules": [{ "origins": ["https://a.example"], "methods": ["PATCH"] }] }',
    finds: ['choice «"PATCH"» Each entry of "methods" is "GET", "PUT", "POST", "DELETE" or "HEAD".'],
    past: corsOf(1, originAnd('PATCH')),
    says: `${said}Found unsupported HTTP method in CORS config.`,
  },
  {
    limit: 'one wildcard in an origin',
    on: 'plain',
    topic: 'cors',
    text: '{ "rules": [{ "origins": ["https://*.*.example"], "methods": ["GET"] }] }',
    finds: ['stars «"https://*.*.example"» An origin has one * at most.'],
    past: corsOf(1, originAnd('GET', 'https://*.*.example')),
    says: `${said}AllowedOrigin and AllowedHeader can not have more than one wildcard`,
  },
  {
    limit: '1,000 replication rules',
    on: 'locked',
    topic: 'replication',
    text: JSON.stringify({
      rules: Array.from({ length: 1001 }, (_, at) => ({
        status: 'enabled',
        priority: at,
        deleteMarkers: false,
        target: crn,
      })),
    }),
    finds: ['tooMany «[{"status":"…» "rules" has at most 1000 entries.'],
    past: replicationOf(1001, crn),
    says: `${said}ReplicationConfiguration must hold 1 to 1000 rules, not 1001.`,
  },
  {
    limit: 'targets of replication by CRN',
    on: 'locked',
    topic: 'replication',
    text: replicates('other'),
    finds: [
      'target «"other"» This is no CRN of a bucket: "crn:v1:bluemix:public:cloud-object-storage:global:a/…:…:bucket:…".',
    ],
    past: replicationOf(1, 'other'),
    says: `${said}The destination must be the CRN of a bucket`,
  },
  {
    limit: 'priorities in whole numbers',
    on: 'locked',
    topic: 'replication',
    text: replicates(crn, 1.5),
    finds: ['count «1.5» "priority" is a whole number, 0 or more.'],
    past: replicationOf(1, crn, '1.5'),
    says: `${said}Priority must be an integer`,
  },
  {
    limit: 'replication with versioning only',
    on: 'plain',
    topic: 'replication',
    text: replicates(crn),
    finds: ['versioningNeeded «"rules"» Replication needs versioning: enable it in "Versioning" of this bucket first.'],
    past: replicationOf(1, crn),
    says: 'it clashes with the present state; refresh and try again (the service says: Versioning must be',
  },
  {
    limit: 'a redirect of everything that stands alone',
    on: 'plain',
    topic: 'website',
    text: '{ "redirectAll": { "host": "a.example" }, "indexSuffix": "index.html" }',
    finds: [
      'redirectAllAlone «"index.html"» "redirectAll" sends every visitor elsewhere and stands alone: take the rest away, or it.',
    ],
    past: websiteOf(
      ['RedirectAllRequestsTo', [['HostName', 'a.example']]],
      ['IndexDocument', [['Suffix', 'index.html']]],
    ),
    says: `${said}RedirectAllRequestsTo cannot be provided in conjunction with other elements.`,
  },
  {
    limit: 'index pages without a slash',
    on: 'plain',
    topic: 'website',
    text: '{ "indexSuffix": "a/index.html" }',
    finds: ['indexSuffix «"a/index.html"» This is the name of a page in each folder, such as "index.html".'],
    past: websiteOf(['IndexDocument', [['Suffix', 'a/index.html']]]),
    says: `${said}The IndexDocument Suffix is not well formed`,
  },
];
