/** The CRN of a COS instance, as in control-plane §2.2: always ten segments. */
export function cosInstanceCrn(accountId: string, guid: string): string {
  return `crn:v1:bluemix:public:cloud-object-storage:global:a/${accountId}:${guid}::`;
}

/** The CRN of a bucket of a COS instance. */
export function bucketCrn(accountId: string, guid: string, bucket: string): string {
  return `crn:v1:bluemix:public:cloud-object-storage:global:a/${accountId}:${guid}:bucket:${bucket}`;
}

/** The CRN of a backup vault of a COS instance. */
export function vaultCrn(accountId: string, guid: string, vault: string): string {
  return `crn:v1:bluemix:public:cloud-object-storage:global:a/${accountId}:${guid}:backup-vault:${vault}`;
}

/** The CRN of an instance of Key Protect or Hyper Protect Crypto Services in a region. */
export function kmsInstanceCrn(
  service: 'kms' | 'hs-crypto',
  { accountId, region, guid }: { accountId: string; region: string; guid: string },
): string {
  return `crn:v1:bluemix:public:${service}:${region}:a/${accountId}:${guid}::`;
}

/** The guid that a full CRN or a bare guid names (both forms are accepted everywhere, control-plane §2.2). */
export function guidOf(crnOrGuid: string): string {
  return crnOrGuid.startsWith('crn:') ? (crnOrGuid.split(':')[7] ?? '') : crnOrGuid;
}
