import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { CosFailure } from '../../failure';
import { editedFacts } from '../facts';
import type { DocumentContext, DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject, unknownNames } from '../rules';
import { attributeProblems } from './attributesCheck';
import { attributeChange, planProperties } from './plan';
import { overwriteRefusal, protectionProblems } from './protectionCheck';
import { attributesOf, editedPart, factsOf, printProperties, type PropertiesState } from './state';

const parts = ['headers', 'metadata', 'tags', 'acl', 'retention', 'legalHolds', 'objectLock', 'facts'];

/** Everything about an object or version but its bytes, as a document. */
export function propertiesDocument({
  bucket,
  key,
  versionId,
}: DocumentSubject & { kind: 'object' }): DocumentKind<unknown> {
  const address = { bucket, key, ...(versionId === undefined ? {} : { versionId }) };
  return {
    read: async ({ client }, signal) => {
      const object = await client.getObjectState(address, signal);
      const policy = await policyOf(bucket, object.protection, client, signal);
      return {
        object,
        ...(policy === undefined ? {} : { policy }),
        isVersion: versionId !== undefined,
        isReadOnlyConnection: client.isReadOnly,
      };
    },
    print: printProperties,
    readOnlyReason: (state) => readOnlyReason(state),
    isSame: (read, now) => JSON.stringify(editedPart(read)) === JSON.stringify(editedPart(now)),
    check: (document, state, nowMs) => {
      const shape = notAnObject(document);
      if (shape.length > 0) return shape;
      return [
        ...unknownNames(document, [], parts),
        ...attributeProblems(document, attributesOf(state)),
        ...protectionProblems(document, state, nowMs),
        ...refusedChanges(document, state, nowMs),
        ...editedFacts(document, factsOf(state)),
      ];
    },
    plan: (document, state) => planProperties(address, document, state),
  } satisfies DocumentKind<PropertiesState>;
}

/** Of a bucket with a retention policy. Somebody who may not ask sees the service's own refusal instead of ours. */
async function policyOf(
  bucket: (DocumentSubject & { kind: 'object' })['bucket'],
  protection: PropertiesState['object']['protection'],
  client: DocumentContext['client'],
  signal: AbortSignal,
): Promise<PropertiesState['policy']> {
  if (protection?.kind !== 'retention') return undefined;
  try {
    const found = await client.getBucketProtection(bucket, signal);
    return found.kind === 'retention' ? found.policy : undefined;
  } catch (error) {
    if (error instanceof CosFailure && error.error.kind === 'denied') return undefined;
    throw error;
  }
}

function readOnlyReason({
  isVersion,
  isReadOnlyConnection,
  object: { protection },
}: PropertiesState): string | undefined {
  if (isReadOnlyConnection) return 'The connection is marked read-only.';
  const hasLock =
    protection?.kind === 'objectLock' || (protection?.kind === 'none' && protection.mechanism === 'objectLock');
  return isVersion && !hasLock ? 'A version of an object never changes.' : undefined;
}

/** Changes that the service would refuse for what the object is, found before any request. */
function refusedChanges(document: ParsedDocument, state: PropertiesState, nowMs: number): readonly DocumentProblem[] {
  const change = attributeChange(document, attributesOf(state));
  const at = (part: string, code: string, message: string): DocumentProblem =>
    document.problem([part], { severity: 'error', code, message }, 'ofName');
  const named = (['headers', 'metadata', 'tags', 'acl'] as const).filter((part) => change[part] !== undefined);
  if (state.isVersion) {
    return named.map((part) =>
      at(part, 'version', 'A version of an object never changes; only its lock can be set here.'),
    );
  }
  const rewritten = named.filter((part) => part === 'headers' || part === 'metadata');
  const refusal = overwriteRefusal(state, nowMs);
  if (refusal !== undefined) return rewritten.map((part) => at(part, 'protected', refusal));
  const { archive, unreadable } = state.object;
  if (archive.kind === 'archived' || archive.kind === 'restoring') {
    const message = 'The object is archived. Restore it before its headers or metadata are changed.';
    return rewritten.map((part) => at(part, 'archived', message));
  }
  if (unreadable.length > 0) {
    const what = unreadable.map(({ part }) => part).join(' and ');
    const message = `The ${what} of the object could not be read, and writing it anew would lose them.`;
    return rewritten.map((part) => at(part, 'unreadable', message));
  }
  return [];
}
