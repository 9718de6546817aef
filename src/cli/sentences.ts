import type { CosError } from '../model/cosError';

/** One sentence for a failure: what failed, on what, and what to do, in a command that takes --recursive or does not. */
export function sentence(error: CosError, takesRecursive = true): string {
  const next = nextStep(error, takesRecursive);
  return `${statement(error)}${next === undefined ? '' : `. ${next}`}`;
}

/** What failed, in the words of the command line where it has some, else in the engine's. */
function statement(error: CosError): string {
  const { bucket, host, key } = error;
  const place = bucket === undefined ? undefined : `cos://${bucket}${key === undefined ? '' : `/${key}`}`;
  if (error.isProxy === true && error.reason !== 'proxyRefused') return `the proxy "${host ?? ''}" cannot be reached`;
  switch (error.reason) {
    case 'proxyRefused':
      return error.httpStatus === 407 ? `the proxy "${host ?? ''}" wants to know who asks` : trimmed(error.detail);
    case 'noSuchBucket':
      return `there is no bucket "${bucket ?? ''}" at this endpoint`;
    case 'hostUnknown':
      return `there is no host "${host ?? ''}"`;
    case 'connectionRefused':
      return `nothing answers at "${host ?? ''}"`;
    case 'signatureMismatch':
      return 'the secret access key does not match the access key id';
    case 'accessKeyUnknown':
      return 'the service does not know this access key id';
    case 'apiKeyUnknown':
      return 'the service does not know this API key';
    default:
      break;
  }
  switch (error.kind) {
    case 'notFound':
      if (error.op === 'ListObjectsV2') return trimmed(error.detail);
      return place === undefined ? trimmed(error.detail) : `"${place}" does not exist`;
    case 'denied':
      if (error.reason === 'instanceUnknown' || error.reason === 'otherAccount') return trimmed(error.detail);
      return `${error.op} was refused${place === undefined ? '' : ` on "${place}"`}`;
    case 'throttled':
      return `the service was too busy${place === undefined ? '' : ` for "${place}"`}${waitText(error.retryAfterMs)}`;
    case 'signInNeeded':
    case 'network':
    case 'conflict':
    case 'preconditionFailed':
    case 'held':
    case 'tls':
    case 'invalid':
    case 'tooLarge':
    case 'localFile':
    case 'cancelled':
    case 'engineGone':
    case 'unsupported':
    case 'internal':
      return trimmed(error.detail);
  }
}

/** Settings that the engine's sentences name, and what the command line has instead. */
const ownNames = [
  ['ibmcos.network.caFiles', 'AWS_CA_BUNDLE'],
  ['http.noProxy', 'NO_PROXY'],
  ['http.proxy', 'HTTPS_PROXY'],
] as const;

function trimmed(detail: string): string {
  const own = ownNames.reduce((text, [setting, variable]) => text.replaceAll(setting, variable), detail);
  return own.replace(/\.$/, '');
}

function nextStep(error: CosError, takesRecursive: boolean): string | undefined {
  if (error.reason === 'proxyRefused' && error.httpStatus === 407) {
    return 'Put user and password into HTTPS_PROXY, as in http://user:password@proxy:8080';
  }
  if (error.isProxy === true)
    return 'Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; what NO_PROXY names is reached without one';
  switch (error.reason) {
    case 'alreadyExists':
      return 'Use --if-exists replace or --if-exists skip';
    case 'diskFull':
      return 'Free some space, or choose another folder';
    case 'notWritable':
      return 'Choose a place that may be written';
    case 'noSuchBucket':
    case 'wrongLocation':
      return "Check the name, and that --endpoint is of the bucket's location";
    case 'redirected':
    case 'hostUnknown':
    case 'connectionRefused':
      return error.op === 'IamToken' ? 'Check IBM_AUTH_ENDPOINT' : 'Check --endpoint';
    case 'clockSkewed':
      return "Set this machine's clock";
    case 'certificateUntrusted':
      return "Name the authority's PEM file in NODE_EXTRA_CA_CERTS";
    case 'changedMeanwhile':
      return 'Try again';
    default:
      break;
  }
  switch (error.kind) {
    case 'signInNeeded':
      return 'Check the credentials in the environment or files (cos --help says which)';
    case 'denied':
      return deniedHint(error);
    case 'throttled':
      return 'Try again later, or with a lower --concurrency';
    case 'network':
      return error.retry === 'later' ? 'Check the connection and try again' : undefined;
    case 'notFound':
      // Who lists has looked below the place already.
      if (error.op === 'ListObjectsV2' || error.key === undefined) return undefined;
      if (!takesRecursive) return error.key.endsWith('/') ? 'What lies below it is shown by cos ls' : undefined;
      if (error.key.endsWith('/')) return 'For what lies below it, add --recursive';
      return error.key.endsWith('*') ? 'For all that begins with what is before the "*", add --recursive' : undefined;
    case 'conflict':
    case 'preconditionFailed':
    case 'held':
    case 'tls':
    case 'invalid':
    case 'tooLarge':
    case 'localFile':
    case 'cancelled':
    case 'engineGone':
    case 'unsupported':
    case 'internal':
      return undefined;
  }
}

/** A missing role and a wrong instance look the same to whoever lists buckets. */
function deniedHint(error: CosError): string {
  if (error.reason === 'instanceUnknown') return 'Check IBM_SERVICE_INSTANCE_ID';
  const role = 'The credentials lack a role that allows this';
  return error.op === 'ListBuckets' ? `${role}, or IBM_SERVICE_INSTANCE_ID names another instance` : role;
}

/** How long a service asks to be left alone, in whole minutes, or hours from two on. */
function waitText(waitMs: number | undefined): string {
  if (waitMs === undefined) return '';
  const minutes = Math.ceil(waitMs / 60_000);
  const hours = Math.ceil(minutes / 60);
  if (minutes >= 120) return `, and asks to wait ${hours} hours`;
  return `, and asks to wait ${minutes} minute${minutes === 1 ? '' : 's'}`;
}
