import { randomBytes } from 'node:crypto';
import type { ObjectVersion } from '../../store/objects';
import { hasIntegrity, type BodyPlan } from '../wire/body';
import { encryptionOf, readCustomerKey, startSealing } from './customerKey';
import type { ObjectExchange } from '../wire/exchange';
import { receiveBody } from '../wire/receiveBody';
import { readRetentionHeaders } from '../locks/retention';
import { storeVersion, type ObjectHeaders } from './writeObject';

/** Receives a body and stores it as a version of its key: the common work of Put and of a form. Nothing stays when it fails. */
export async function receiveVersion(
  exchange: ObjectExchange,
  headers: ObjectHeaders,
  plan: BodyPlan,
  options: { maxBytes: number; source?: AsyncIterable<Buffer> },
): Promise<ObjectVersion> {
  const { request, response, store } = exchange;
  const customerKey = readCustomerKey(exchange, 'object');
  const sealer = customerKey && startSealing(customerKey);
  const staged = store.blobs.stage(plan.sizeBytes);
  try {
    const algorithm = plan.checksum?.algorithm ?? 'CRC64NVME';
    const body = await receiveBody(request.message, response, plan, {
      ...options,
      compute: algorithm,
      faults: exchange.faults,
      sink: (chunk) => staged.write(sealer === undefined ? chunk : sealer.update(chunk)),
    });
    await staged.seal();
    const encryption = customerKey && sealer && encryptionOf(customerKey, [sealer.finish()]);
    return await store.write(() =>
      storeVersion(exchange, {
        ...headers,
        etag: encryption === undefined ? body.md5Hex : randomBytes(16).toString('hex'),
        ...(encryption === undefined ? {} : { encryption }),
        checksum: { algorithm, type: 'FULL_OBJECT', value: body.checksums[algorithm] ?? '' },
        segments: [{ blobId: staged.commit(), sizeBytes: body.sizeBytes }],
        retention: { headers: readRetentionHeaders(request) },
        hasIntegrity: hasIntegrity(plan),
      }),
    );
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
