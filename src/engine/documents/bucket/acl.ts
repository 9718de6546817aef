import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import type { CannedAcl } from '../../../model/objectState';
import {
  allUsersUri,
  authenticatedUsersUri,
  cannedAclOf,
  grantPermissions,
  type BucketAcl,
  type Grant,
  type GrantPermission,
  type Grantee,
} from '../../../model/publicAccess';
import { CosFailure } from '../../failure';
import { printedValue } from '../facts';
import type { DocumentContext, DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { canonical, countOf, unknownElementsReason } from '../settings';
import { shapeProblems, type Shape } from '../shape';

interface State extends BucketAcl {
  /** Whether new public lists are refused; absent where that could not be asked. */
  readonly isBlocked?: boolean;
}

/** A grant as it stands in the document. */
interface WrittenGrant {
  readonly grantee: string;
  readonly permission: GrantPermission;
}

const shape: Shape = {
  kind: 'object',
  required: ['acl'],
  fields: {
    acl: { kind: 'choice', of: ['private', 'public-read', 'grants'] },
    grants: {
      kind: 'list',
      min: 1,
      of: {
        kind: 'object',
        required: ['grantee', 'permission'],
        fields: { grantee: { kind: 'text' }, permission: { kind: 'choice', of: grantPermissions } },
      },
    },
  },
};

/** Access list of a bucket (data-plane §14, rule 69): a canned one by name, or grants. */
export function aclDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async (context, signal) => {
      const [acl, isBlocked] = await Promise.all([
        context.client.getBucketAcl(bucket, signal),
        findBlock(context, bucket, signal),
      ]);
      return { ...acl, ...(isBlocked === undefined ? {} : { isBlocked }) };
    },
    isSame: (read, now) => canonical(read.grants) === canonical(now.grants),
    print,
    summary: (state) => cannedAclOf(state) ?? countOf(state.grants, 'grant'),
    readOnlyReason: ({ unknownElements }) => unknownElementsReason(unknownElements),
    check,
    plan: (document, state) => {
      const wanted = wantedAcl(document, state);
      const isCanned = typeof wanted === 'string';
      if (state.unknownElements.length > 0) return [];
      if (isCanned ? wanted === cannedAclOf(state) : canonical(wanted) === canonical(state.grants)) return [];
      return [
        {
          id: 'acl',
          operation: 'PutBucketAcl',
          sentence: isCanned ? cannedSentence(bucket, wanted) : grantsSentence(bucket, wanted),
          run: async ({ client }, signal) =>
            await client.putBucketAcl(bucket, isCanned ? wanted : { ownerId: state.ownerId, grants: wanted }, signal),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function print(state: State): string {
  const canned = cannedAclOf(state);
  const written = state.grants.map(({ grantee, permission }) => ({
    grantee: granteeText(grantee, state.ownerId),
    permission,
  }));
  return `{
  // "private": nobody beside those whom IAM lets in. "public-read": everybody may get to list it; its objects have
  // access lists of their own. "grants": as listed below; IBM Cloud knows what the other two say, and no more.
  "acl": "${canned ?? 'grants'}"${canned === undefined ? `,\n  "grants": ${printedValue(written)}` : ''}
}
`;
}

function granteeText(grantee: Grantee, ownerId: string): string {
  if (grantee.kind === 'account') return grantee.id === ownerId ? 'owner' : grantee.id;
  if (grantee.uri === allUsersUri) return 'everybody';
  return grantee.uri === authenticatedUsersUri ? 'authenticatedUsers' : grantee.uri;
}

function granteeOf(text: string, ownerId: string): Grantee {
  switch (text) {
    case 'owner':
      return { kind: 'account', id: ownerId };
    case 'everybody':
      return { kind: 'group', uri: allUsersUri };
    case 'authenticatedUsers':
      return { kind: 'group', uri: authenticatedUsersUri };
    default:
      return text.startsWith('http://') ? { kind: 'group', uri: text } : { kind: 'account', id: text };
  }
}

/** What a document without problems says. */
function wantedAcl(document: ParsedDocument, { ownerId }: State): CannedAcl | readonly Grant[] {
  const acl = document.valueAt(['acl']);
  if (acl === 'private' || acl === 'public-read') return acl;
  const grants = document.valueAt(['grants']) as readonly WrittenGrant[];
  return grants.map(({ grantee, permission }) => ({ grantee: granteeOf(grantee, ownerId), permission }));
}

function cannedSentence(bucket: string, acl: CannedAcl): string {
  return acl === 'private'
    ? `Let only those whom IAM lets in list '${bucket}'. Objects have access lists of their own.`
    : `Make '${bucket}' public: everybody on the Internet may get to list its objects, without signing in.`;
}

function grantsSentence(bucket: string, grants: readonly Grant[]): string {
  const open = grants.filter(({ grantee }) => grantee.kind === 'group' && grantee.uri === allUsersUri);
  const risk =
    open.length === 0
      ? ''
      : ` Everybody on the Internet gets ${[...new Set(open.map(({ permission }) => permission))].join(' and ')}.`;
  return `${grants.length === 1 ? 'One grant' : `${grants.length} grants`} for '${bucket}'.${risk}`;
}

function check(document: ParsedDocument, { isBlocked }: State): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  if (wrong.length > 0) return wrong;
  const error = (name: string, code: string, message: string): DocumentProblem =>
    document.problem([name], { severity: 'error', code, message });
  const acl = document.valueAt(['acl']);
  const grants = document.valueAt(['grants']) as readonly WrittenGrant[] | undefined;
  const blocked = 'The public access block of this bucket refuses public access lists.';
  if (acl !== 'grants') {
    return [
      ...(grants === undefined ? [] : [error('grants', 'unusedGrants', `"grants" counts with "acl": "grants" only.`)]),
      ...(acl === 'public-read' && isBlocked === true ? [error('acl', 'publicBlocked', blocked)] : []),
    ];
  }
  if (grants === undefined) return [error('grants', 'missing', '"grants" is missing here.')];
  const isPublic = grants.some(({ grantee }) => grantee === 'everybody' || grantee === 'authenticatedUsers');
  return [
    ...(isPublic && isBlocked === true ? [error('grants', 'publicBlocked', blocked)] : []),
    ...grantWarnings(document, grants),
  ];
}

function grantWarnings(document: ParsedDocument, grants: readonly WrittenGrant[]): readonly DocumentProblem[] {
  const warning = (path: readonly (string | number)[], code: string, message: string): DocumentProblem =>
    document.problem(path, { severity: 'warning', code, message });
  const hasOwner = grants.some(({ grantee, permission }) => grantee === 'owner' && permission === 'FULL_CONTROL');
  return [
    ...(hasOwner ? [] : [warning(['grants'], 'ownerLeftOut', 'The owner has no FULL_CONTROL any more.')]),
    ...grants.flatMap(({ grantee, permission }, at) => {
      const isAnybody = grantee === 'everybody' || grantee === 'authenticatedUsers';
      if (!isAnybody || permission === 'READ') return [];
      return [warning(['grants', at, 'permission'], 'openToAnybody', 'This lets strangers change the bucket.')];
    }),
  ];
}

/** Whether public lists are blocked, where the identity may ask; a list can be edited without. */
async function findBlock(
  { client }: DocumentContext,
  bucket: (DocumentSubject & { kind: 'bucket' })['bucket'],
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    return (await client.getPublicAccessBlock(bucket, signal))?.blocksPublicAcls === true;
  } catch (error) {
    const mayGoOn = error instanceof CosFailure && ['denied', 'unsupported', 'invalid'].includes(error.error.kind);
    if (mayGoOn) return undefined;
    throw error;
  }
}
