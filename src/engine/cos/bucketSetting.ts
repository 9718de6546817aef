import type { BucketName } from '../../model/ids';
import { CosFailure } from '../failure';
import { sendControl, type XmlNode } from './control';
import type { Query } from './address';
import type { Wire } from './wire';
import type { XmlElement } from './xml';

/** A part of a bucket's configuration that is read, replaced and deleted as a whole. */
export interface BucketSetting {
  /** Name in operations: `BucketCors` of `GetBucketCors`. */
  readonly name: string;
  readonly query: Query;
  /** Root of the document. */
  readonly root: string;
}

/** Children of the document's root, or undefined where the bucket has no such configuration. */
export async function findBucketSetting(
  wire: Wire,
  { name, query, root }: BucketSetting,
  bucket: BucketName,
  signal: AbortSignal,
): Promise<XmlElement | undefined> {
  const request = { op: `Get${name}`, method: 'GET', bucket, query, repeatable: 'always' } as const;
  try {
    return (await sendControl(wire, request, signal)).root(root);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Replaces the configuration. Idempotent. */
export async function putBucketSetting(
  wire: Wire,
  { name, query, root }: BucketSetting,
  bucket: BucketName,
  content: readonly XmlNode[],
  signal: AbortSignal,
): Promise<void> {
  const op = `Put${name}`;
  const body = [root, content] as const;
  await sendControl(wire, { op, method: 'PUT', bucket, query, body, repeatable: 'always' }, signal);
}

/** Deletes the configuration; nothing to do where there is none. Idempotent. */
export async function deleteBucketSetting(
  wire: Wire,
  { name, query }: BucketSetting,
  bucket: BucketName,
  signal: AbortSignal,
): Promise<void> {
  const op = `Delete${name}`;
  try {
    await sendControl(wire, { op, method: 'DELETE', bucket, query, repeatable: 'always' }, signal);
  } catch (error) {
    // IBM's pages have a 404 where S3 has none (data-plane §9.1).
    if (!isAbsent(error)) throw error;
  }
}

/** An element with a text, or nothing where there is none. */
export function optional(name: string, value: string | number | undefined): readonly XmlNode[] {
  return value === undefined ? [] : [[name, value]];
}

/** Whether it is the configuration that is missing, and not the bucket. */
function isAbsent(error: unknown): boolean {
  return error instanceof CosFailure && error.error.kind === 'notFound' && error.error.reason === undefined;
}
