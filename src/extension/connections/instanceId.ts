/** Why a text cannot name a service instance. */
export type InstanceIdProblem = 'empty' | 'otherService' | 'malformed';

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Why a text cannot name a service instance: it takes a CRN of Cloud Object Storage or a guid (control-plane §2.2). */
export function instanceIdProblem(text: string): InstanceIdProblem | undefined {
  const id = text.trim();
  if (id === '') return 'empty';
  if (guid.test(id)) return undefined;
  const segments = id.split(':');
  if (segments[0] !== 'crn' || segments.length !== 10) return 'malformed';
  if (segments[4] !== 'cloud-object-storage') return 'otherService';
  return guid.test(segments[7] ?? '') ? undefined : 'malformed';
}

/** The instance that an id or CRN is about: the CRN of a bucket becomes that of its instance. */
export function normalisedInstanceId(text: string): string {
  const id = text.trim();
  return id.startsWith('crn:') ? `${id.split(':').slice(0, 8).join(':')}::` : id;
}
