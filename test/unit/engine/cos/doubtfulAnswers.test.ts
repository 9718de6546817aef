import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock';
import { createBucketProtection } from '../../../../src/engine/cos/bucketProtection';
import { createHeadObject } from '../../../../src/engine/cos/objects';
import { createProtection } from '../../../../src/engine/cos/protection';
import { createVersions } from '../../../../src/engine/cos/versions';
import { bucketName, objectKey } from '../../../../src/model/ids';
import { wireOf } from '../../../fakes/answeringWire';

const never = new AbortController().signal;
const bucket = bucketName('b');
const address = { bucket, key: objectKey('k') };

function protectionOver(documents: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) {
  const wire = wireOf(documents, headers);
  return createProtection(wire, systemClock, createHeadObject(wire), createBucketProtection(wire));
}

describe('answers that IBM describes in two ways', () => {
  const head = { 'retention-period': '60', 'retention-expiration-date': '20180908T213408Z' };

  it('hold legal holds as the page has them, as the service model has them, and as the SDKs read them', async () => {
    const page = `<RetentionState xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CreateTime>Fri, 8 Sep 2018 21:33:08 GMT</CreateTime>
      <RetentionPeriod>60</RetentionPeriod><RetentionPeriodExpirationDate>Fri, 8 Sep 2018 21:34:08 GMT</RetentionPeriodExpirationDate>
      <LegalHoldSet><LegalHold><ID>one</ID><Date>Fri, 8 Sep 2018 21:33:08 GMT</Date></LegalHold><LegalHold><ID>two</ID></LegalHold></LegalHoldSet></RetentionState>`;
    const model = `<RetentionState><CreateTime>2018-09-08T21:33:08Z</CreateTime><RetentionPeriod>60</RetentionPeriod>
      <LegalHolds><member><ID>one</ID><Date>2018-09-08T21:33:08.000Z</Date></member><member><ID>two</ID></member></LegalHolds></RetentionState>`;
    const createdAtMs = Date.parse('2018-09-08T21:33:08Z');
    const sdks = page.replaceAll('LegalHoldSet', 'LegalHolds');
    for (const document of [page, model, sdks]) {
      expect(await protectionOver({ ListLegalHolds: document }, head).getProtection(address, never)).toEqual({
        kind: 'retention',
        end: { kind: 'until', untilMs: createdAtMs + 60_000 },
        periodSeconds: 60,
        createdAtMs,
        holds: [{ id: 'one', placedAtMs: createdAtMs }, { id: 'two' }],
      });
    }
  });

  it('hold no legal hold in an empty set, and retention without end or forever', async () => {
    const state = (period: string) =>
      `<RetentionState><RetentionPeriod>${period}</RetentionPeriod><LegalHoldSet/></RetentionState>`;
    const endOf = async (period: string) =>
      await protectionOver({ ListLegalHolds: state(period) }, { 'retention-period': period }).getProtection(
        address,
        never,
      );
    expect(await endOf('-1')).toEqual({ kind: 'retention', end: { kind: 'indefinite' }, periodSeconds: -1, holds: [] });
    expect(await endOf('-2')).toMatchObject({ end: { kind: 'permanent' } });
  });

  it.each(['', '<html><body>Sign in</body></html>', '<Retention/>', '<ListBucketResult', 'OK'])(
    'say nothing of protection where they are no such document: %j',
    async (document) => {
      const wire = wireOf({ GetBucketProtectionConfiguration: document, GetObjectLockConfiguration: document });
      const protection = createBucketProtection(wire);
      const refused = {
        error: { kind: 'unsupported', bucket: 'b', detail: expect.stringContaining('as IBM Cloud') as string },
      };
      await expect(protection.getBucketProtection(bucket, never)).rejects.toMatchObject(refused);
      await expect(protection.getObjectLock(bucket, never)).rejects.toMatchObject(refused);
      await expect(protection.getMechanism(bucket, never)).rejects.toMatchObject(refused);
    },
  );

  it('list the bucket where a service does not know its protection, which is none then', async () => {
    const listing = '<ListBucketResult><Name>b</Name></ListBucketResult>';
    const wire = wireOf({ GetBucketProtectionConfiguration: listing, GetObjectLockConfiguration: listing });
    expect(await createBucketProtection(wire).getBucketProtection(bucket, never)).toEqual({ kind: 'none' });
    expect(await createBucketProtection(wire).getObjectLock(bucket, never)).toEqual({ kind: 'none' });
    expect(await createBucketProtection(wire).getMechanism(bucket, never)).toBe('none');
  });

  it('say Enabled or ENABLED, and DISABLED', async () => {
    const lock = async (text: string, rule = '') =>
      await createBucketProtection(
        wireOf({
          GetObjectLockConfiguration: `<ObjectLockConfiguration><ObjectLockEnabled>${text}</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`,
        }),
      ).getObjectLock(bucket, never);
    expect(await lock('ENABLED')).toEqual({ kind: 'enabled' });
    expect(await lock('DISABLED')).toEqual({ kind: 'none' });
    const rule = '<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>2</Years></DefaultRetention></Rule>';
    expect(await lock('Enabled', rule)).toEqual({
      kind: 'enabled',
      defaultRetention: { mode: 'COMPLIANCE', duration: { unit: 'years', count: 2 } },
    });
  });

  it('are no retention policy where the server lists the bucket instead', async () => {
    const listing = '<ListBucketResult><Name>b</Name></ListBucketResult>';
    const none = createBucketProtection(wireOf({ GetBucketProtectionConfiguration: listing }));
    expect(await none.getBucketProtection(bucket, never)).toEqual({ kind: 'none' });
    const disabled = '<ProtectionConfiguration><Status>Disabled</Status></ProtectionConfiguration>';
    const plain = createBucketProtection(wireOf({ GetBucketProtectionConfiguration: disabled }));
    expect(await plain.getBucketProtection(bucket, never)).toEqual({ kind: 'none' });
  });

  it('keep the order of versions and delete markers of the same moment', async () => {
    const entry = (name: string, id: string) =>
      `<${name}><Key>k</Key><VersionId>${id}</VersionId><IsLatest>false</IsLatest><LastModified>2018-09-08T21:33:08Z</LastModified><Size>1</Size></${name}>`;
    const body =
      entry('DeleteMarker', '3') + entry('Version', '2') + entry('DeleteMarker', '1') + entry('Version', '0');
    const wire = wireOf({
      ListObjectVersions: `<ListVersionsResult><IsTruncated>false</IsTruncated>${body}</ListVersionsResult>`,
    });
    const versions = createVersions(wire, systemClock, protectionOver({}, {}));
    const page = await versions.listVersions(bucket, { prefix: '', delimiter: '' }, never);
    expect(page.versions.map(({ versionId }) => versionId)).toEqual(['3', '2', '1', '0']);
  });
});
