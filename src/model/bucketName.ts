/** Why a text cannot name a new bucket. */
export type BucketNameProblem = 'length' | 'characters' | 'ends' | 'dots' | 'ipAddress' | 'reservedPrefix';

/**
 * Why a text cannot name a new bucket, or undefined when it can.
 * Rules of data-plane §3.3 (api-reference-buckets.md) and rule 28: 3–63 characters of `a-z 0-9 . -`, letter or digit
 * at both ends, no `..`, `--`, `.-`, `-.`, not an IPv4 address, not starting `cosv1-` or `account-`.
 */
export function bucketNameProblem(name: string): BucketNameProblem | undefined {
  if (name.length < 3 || name.length > 63) return 'length';
  if (!/^[a-z0-9.-]+$/.test(name)) return 'characters';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return 'ends';
  if (/[.-]{2}/.test(name)) return 'dots';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)) return 'ipAddress';
  if (name.startsWith('cosv1-') || name.startsWith('account-')) return 'reservedPrefix';
  return undefined;
}
