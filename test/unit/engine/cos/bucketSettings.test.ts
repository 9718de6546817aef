import { describe, expect, it } from 'vitest';
import { createBucketLifecycle } from '../../../../src/engine/cos/bucketLifecycle';
import { bucketName } from '../../../../src/model/ids';
import { wireOf } from '../../../fakes/answeringWire';

const never = new AbortController().signal;
const bucket = bucketName('b');

describe('lifecycle rules of the service', () => {
  const read = async (rules: string) => {
    const document = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules}</LifecycleConfiguration>`;
    const wire = wireOf({ GetBucketLifecycleConfiguration: document });
    return await createBucketLifecycle(wire).getLifecycle(bucket, never);
  };

  it('are read with tags bare, in And and in TagSet, and with the prefix where S3 once had it', async () => {
    const tag = '<Tag><Key>a&amp;b</Key><Value>1</Value></Tag>';
    const rest = '<Status>Enabled</Status><Expiration><Date>2030-01-31T00:00:00.000Z</Date></Expiration>';
    const rule = (filter: string) => `<Rule>${filter}${rest}</Rule>`;
    const { rules, unknownElements } = await read(
      rule(`<Filter>${tag}</Filter>`) +
        rule(`<Filter><And><Prefix>p/</Prefix>${tag}<ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>`) +
        rule(`<Filter>\n  <TagSet>${tag}</TagSet>\n</Filter>`) +
        rule('<Prefix>p/</Prefix>') +
        rule('<Filter/>'),
    );
    expect(unknownElements).toEqual([]);
    const tags = { 'a&b': '1' };
    const same = { status: 'enabled', expiration: { date: '2030-01-31' } };
    expect(rules).toEqual([
      { ...same, filter: { tags } },
      { ...same, filter: { prefix: 'p/', tags, smallerThanBytes: 9 } },
      { ...same, filter: { tags } },
      { ...same, filter: { prefix: 'p/' } },
      same,
    ]);
  });

  it.each([
    [
      '<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionTransition>',
      'NoncurrentVersionTransition',
    ],
    ['<Transition><Days>1</Days></Transition><Transition><Days>2</Days></Transition>', 'Transition'],
    ['<Transition><Days>1</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>', 'DEEP_ARCHIVE'],
    ['<Expiration><Days>1</Days><Hours>2</Hours></Expiration>', 'Hours'],
    ['<Filter><ObjectAge>1</ObjectAge></Filter>', 'ObjectAge'],
  ])('name what a save would lose: %s', async (content, name) => {
    const rule = `<Rule><Status>Enabled</Status>${content}</Rule>`;
    expect((await read(rule)).unknownElements).toEqual([name]);
  });
});
