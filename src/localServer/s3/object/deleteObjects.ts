import { malformedXml, S3Error } from '../message/errors';
import { readDocument, sendXml, type BucketExchange } from '../wire/exchange';
import { deleteKey, type Deletion } from './objects';
import { allowOnly, childOf, childrenOf, textOfChild, type XmlNode } from '../message/xml';

interface Target {
  readonly key: string;
  readonly versionId?: string;
}

type Outcome = { readonly target: Target } & (
  { readonly kind: 'deleted'; readonly deletion: Deletion } | { readonly kind: 'failed'; readonly error: S3Error }
);

/** `POST /{bucket}?delete` (rule 67). */
export async function deleteObjects(exchange: BucketExchange): Promise<void> {
  const root = await readDocument(exchange, 'Delete', 'required');
  allowOnly(root, ['Object', 'Quiet']);
  const targets = childrenOf(root, 'Object').map((element): Target => {
    allowOnly(element, ['Key', 'VersionId']);
    // Not trimmed: white space belongs to the key.
    const key = childOf(element, 'Key')?.text;
    const versionId = textOfChild(element, 'VersionId');
    if (key === undefined || key === '') {
      throw malformedXml('Object must hold Key.');
    }
    return versionId === undefined || versionId === '' ? { key } : { key, versionId };
  });
  if (targets.length === 0 || targets.length > 1000) {
    throw malformedXml(`Delete must hold 1 to 1000 Object elements, not ${targets.length}.`);
  }
  const isQuiet = textOfChild(root, 'Quiet') === 'true';
  const outcomes = await exchange.store.write(() => targets.map((target) => deleteOne(exchange, target)));
  sendXml(exchange, [
    'DeleteResult',
    outcomes.flatMap((outcome): XmlNode[] => {
      switch (outcome.kind) {
        case 'deleted':
          return isQuiet ? [] : [deletedNode(outcome.target, outcome.deletion)];
        case 'failed':
          return [
            [
              'Error',
              [...targetNodes(outcome.target), ['Code', outcome.error.code], ['Message', outcome.error.message]],
            ],
          ];
      }
    }),
  ]);
}

function deleteOne(exchange: BucketExchange, target: Target): Outcome {
  try {
    return { kind: 'deleted', target, deletion: deleteKey(exchange, target.key, target.versionId) };
  } catch (error) {
    // Each key answers for itself; what it throws, it throws before it changes anything.
    if (error instanceof S3Error && error.code !== 'NoSuchBucket') {
      return { kind: 'failed', target, error };
    }
    throw error;
  }
}

function deletedNode(target: Target, deletion: Deletion): XmlNode {
  const marker =
    deletion.kind === 'marked'
      ? deletion.marker
      : deletion.kind === 'removed' && deletion.version.isMarker
        ? deletion.version
        : undefined;
  return [
    'Deleted',
    [
      ...targetNodes(target),
      marker === undefined ? undefined : ['DeleteMarker', 'true'],
      marker === undefined ? undefined : ['DeleteMarkerVersionId', marker.versionId],
    ],
  ];
}

function targetNodes(target: Target): XmlNode[] {
  return [['Key', target.key], ...(target.versionId === undefined ? [] : [['VersionId', target.versionId] as const])];
}
