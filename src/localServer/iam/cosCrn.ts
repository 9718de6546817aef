/** What a CRN of Cloud Object Storage names. */
export interface CosCrn {
  /** With dashes. */
  readonly instanceGuid: string;
  readonly resourceType: string;
  readonly resource: string;
}

/**
 * Reads a full CRN; undefined when it is none of Cloud Object Storage. Tolerates what IBM's own samples do: an account
 * without `a/`, a guid without dashes (control-plane §2.2).
 */
export function parseCosCrn(crn: string): CosCrn | undefined {
  const segments = crn.split(':');
  const [scheme, version, , , service, , , guid = '', resourceType = '', resource = ''] = segments;
  if (segments.length !== 10 || scheme !== 'crn' || version !== 'v1' || service !== 'cloud-object-storage') {
    return undefined;
  }
  const hex = guid.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) return undefined;
  const instanceGuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { instanceGuid, resourceType, resource };
}
