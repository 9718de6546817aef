/** Whether headers tell of a key of the owner's, their own or one of Key Protect (data-plane §16). */
export function hasOwnKey(headers: Readonly<Record<string, string>>): boolean {
  return (
    headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined ||
    headers['ibm-sse-kp-enabled'] !== undefined ||
    (headers['x-amz-server-side-encryption'] ?? 'AES256') !== 'AES256'
  );
}
