/** What an access token says of its bearer (control-plane §1.2). */
export interface TokenClaims {
  readonly accountId?: string;
  readonly identityKind?: 'user' | 'serviceId' | 'profile';
  readonly expiresAtMs?: number;
}

/** Claims of an access token, read without verifying: they only explain and show. Empty for an opaque token. */
export function tokenClaims(token: string | undefined): TokenClaims {
  const claims = token?.split('.')[1];
  if (claims === undefined) return {};
  try {
    const fields = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
    const account = fields['account'] as { readonly bss?: unknown } | undefined;
    const { iam_id: iamId, sub_type: subType, exp } = fields;
    return {
      ...(typeof account?.bss === 'string' ? { accountId: account.bss } : {}),
      ...(typeof iamId === 'string' ? { identityKind: kindOf(iamId, subType) } : {}),
      ...(typeof exp === 'number' ? { expiresAtMs: exp * 1000 } : {}),
    };
  } catch {
    return {};
  }
}

function kindOf(iamId: string, subType: unknown): NonNullable<TokenClaims['identityKind']> {
  if (subType === 'ServiceId' || iamId.startsWith('iam-ServiceId-')) return 'serviceId';
  return subType === 'Profile' || iamId.startsWith('iam-Profile-') ? 'profile' : 'user';
}
