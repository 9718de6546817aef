import { expect, it } from 'vitest';
import { partChecksum } from '../../../../src/engine/checksums/partChecksum';
import { checksumsInPlace } from '../../../../src/engine/checksums/checksums';
import { createConditions } from '../../../../src/engine/cos/conditions';
import { createObjects } from '../../../../src/engine/cos/objects';
import { createUploadChecksums } from '../../../../src/engine/cos/uploadChecksums';
import { CosFailure } from '../../../../src/engine/failure';
import { bucketName, objectKey } from '../../../../src/model/ids';
import type { ObjectInfo } from '../../../../src/model/objectInfo';
import { wireOf } from '../../../fakes/answeringWire';

it('a write whose answer was lost is told by the checksum that was compared, also under a key of the bucket', async () => {
  const body = Buffer.from('what was sent');
  const key = objectKey('k');
  // The ETag of an object under a key of its owner's looks like an MD5, and is none (data-plane §16).
  const stored: ObjectInfo = {
    key,
    etag: 'a'.repeat(32),
    sizeBytes: body.length,
    modifiedAtMs: 0,
    headers: {},
    metadata: {},
    tagCount: 0,
    checksums: { CRC64NVME: partChecksum('CRC64NVME', body) },
    checksumType: 'FULL_OBJECT',
    hasOwnKey: true,
    protection: {},
  };
  let isSent = false;
  const wire = {
    ...wireOf({}),
    send: () => {
      isSent = true;
      const detail = 'the answer was lost';
      return Promise.reject(new CosFailure({ kind: 'network', op: 'PutObject', retry: 'later', detail }));
    },
  };
  const find = () => Promise.resolve(isSent ? stored : undefined);
  const conditions = createConditions(find, () => Promise.resolve('https://h'));
  const objects = createObjects(wire, conditions, createUploadChecksums('learned', checksumsInPlace), find, () =>
    Promise.resolve(undefined),
  );
  const never = new AbortController().signal;
  const address = { bucket: bucketName('b'), key };
  expect(await objects.putObject(address, body, { headers: {} }, { kind: 'ifAbsent' }, never)).toMatchObject({
    etag: stored.etag,
    verdict: { kind: 'verified', by: 'CRC64NVME', of: 'whole' },
  });
});
