import { sendEmpty, sendXml, readDocument, type ObjectExchange } from '../wire/exchange';
import { findRequestedVersion } from './objects';
import { shownVersionId } from './objectHeaders';
import { readTaggingDocument, taggingDocument } from '../message/tags';

/** `GET /{bucket}/{key}?tagging` (rule 68). */
export async function getObjectTagging(exchange: ObjectExchange): Promise<void> {
  const version = findRequestedVersion(exchange);
  sendXml(exchange, taggingDocument(version.tags), { 'x-amz-version-id': shownVersionId(exchange, version) });
}

/** `PUT /{bucket}/{key}?tagging`: replaces the whole set. */
export async function putObjectTagging(exchange: ObjectExchange): Promise<void> {
  const tags = readTaggingDocument(await readDocument(exchange, 'Tagging', 'strict'), exchange.switches);
  const version = await exchange.store.write(() => {
    const found = findRequestedVersion(exchange);
    exchange.store.objects.update(found, { tags });
    return found;
  });
  sendEmpty(exchange, 200, { 'x-amz-version-id': shownVersionId(exchange, version) });
}

/** `DELETE /{bucket}/{key}?tagging`. */
export async function deleteObjectTagging(exchange: ObjectExchange): Promise<void> {
  const version = await exchange.store.write(() => {
    const found = findRequestedVersion(exchange);
    exchange.store.objects.update(found, { tags: [] });
    return found;
  });
  sendEmpty(exchange, 204, { 'x-amz-version-id': shownVersionId(exchange, version) });
}
