/** Whether access lists may make things public (data-plane §14). Public access that IAM policies give is not meant. */
export interface PublicAccessBlock {
  /** New access lists that make a bucket or object public are refused. */
  readonly blocksPublicAcls: boolean;
  /** Access lists that are public already do not count. */
  readonly ignoresPublicAcls: boolean;
}

/** What a grant allows (data-plane §14). */
export const grantPermissions = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'] as const;
/** One of them. */
export type GrantPermission = (typeof grantPermissions)[number];

/** Whom a grant is for: an account by its id, or a group by its URI. */
export type Grantee =
  { readonly kind: 'account'; readonly id: string } | { readonly kind: 'group'; readonly uri: string };

/** An entry of an access list. */
export interface Grant {
  readonly grantee: Grantee;
  readonly permission: GrantPermission;
}

/** Whose something is, and who else may use it. */
export interface AccessList {
  readonly ownerId: string;
  readonly grants: readonly Grant[];
}

/** The access list of a bucket. */
export interface BucketAcl extends AccessList {
  /** Names of what the service's answer has and no field stands for; writing the list would lose it. */
  readonly unknownElements: readonly string[];
}

/** Everybody, without signing in. */
export const allUsersUri = 'http://acs.amazonaws.com/groups/global/AllUsers';
/** Everybody who has an account of the service, whoever's it is. */
export const authenticatedUsersUri = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers';

/** The canned list that says the same; undefined where none does. */
export function cannedAclOf({ ownerId, grants }: AccessList): 'private' | 'public-read' | undefined {
  const isOwners = ({ grantee, permission }: Grant): boolean =>
    grantee.kind === 'account' && grantee.id === ownerId && permission === 'FULL_CONTROL';
  const isPublicRead = ({ grantee, permission }: Grant): boolean =>
    grantee.kind === 'group' && grantee.uri === allUsersUri && permission === 'READ';
  if (!grants.some(isOwners)) return undefined;
  const others = grants.filter((grant) => !isOwners(grant));
  if (others.length === 0) return 'private';
  return others.every(isPublicRead) ? 'public-read' : undefined;
}
