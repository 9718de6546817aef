import { createHmac } from 'node:crypto';
import { invalidRequest } from '../message/errors';
import { sendXml, type BucketExchange } from '../wire/exchange';
import { protectionOf } from '../locks/retention';

/** Where the service offers Aspera high-speed transfer (data-plane §18). */
const asperaLocations = new Set('us eu ap us-south us-east eu-gb eu-de au-syd jp-tok che01 mum01'.split(' '));

/**
 * `GET /{bucket}?faspConnectionInfo` (rules 97, 106). Nothing listens at the transfer endpoint: the keys are well-formed,
 * the same for a bucket as long as it lives, and open nothing.
 */
export async function getFaspConnectionInfo(exchange: BucketExchange): Promise<void> {
  const { bucket, options } = exchange;
  if (protectionOf(exchange, bucket) !== undefined) {
    throw invalidRequest('Aspera high-speed transfer is not possible with a bucket that has a retention policy.');
  }
  if (!asperaLocations.has(options.location)) {
    throw invalidRequest(`Aspera high-speed transfer is not offered in this location: "${options.location}".`);
  }
  const derive = (purpose: string): string =>
    createHmac('sha256', `${bucket.instanceGuid}/${bucket.name}/${bucket.createdAtMs}`).update(purpose).digest('hex');
  sendXml(exchange, [
    'FASPConnectionInfo',
    [
      [
        'AccessKey',
        [
          ['Id', derive('id').slice(0, 32)],
          ['Secret', derive('secret').slice(0, 48)],
        ],
      ],
      ['ATSEndpoint', `https://ats-sl-${options.location}.aspera.invalid:443`],
    ],
  ]);
}
