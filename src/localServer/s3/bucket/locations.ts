/** Locations that can hold buckets (data-plane §1.1). */
const locations = new Set(
  (
    'us eu ap us-south us-east eu-gb eu-de eu-es au-syd jp-tok jp-osa ca-tor br-sao ca-mon in-che in-mum ' +
    'ams03 che01 mon01 par01 sjc04 sng01'
  ).split(' '),
);
const classes = new Set(['standard', 'vault', 'cold', 'smart']);

/** Where a One-Rate instance may have buckets (data-plane §3.3). */
const oneRateLocations = new Set(
  'au-syd ca-tor br-sao jp-osa jp-tok us-east us-south eu-gb eu-de ams03 che01 mil01 mon01 par01 sjc04 sng01'.split(
    ' ',
  ),
);

/** True when a new bucket may have this provisioning code (rule 30). */
export function isProvisioningCode(code: string, location: string, plan: 'standard' | 'lite' | 'onerate'): boolean {
  const dash = code.lastIndexOf('-');
  const codeLocation = code.slice(0, dash);
  const storageClass = code.slice(dash + 1);
  if (dash < 0 || codeLocation !== location) {
    return false;
  }
  if (plan === 'onerate') {
    return storageClass === 'onerate_active' && oneRateLocations.has(codeLocation);
  }
  return locations.has(codeLocation) && classes.has(storageClass);
}

/** The code of a bucket for which none was asked. */
export function defaultProvisioningCode(location: string, plan: 'standard' | 'lite' | 'onerate'): string {
  return plan === 'onerate' ? `${location}-onerate_active` : `${location}-standard`;
}

/** True for a name that a bucket may have (rule 28). */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|--|\.-|-\./.test(name) &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !/^(cosv1-|account-)/.test(name)
  );
}
