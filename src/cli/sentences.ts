import type { CosError } from '../model/cosError';

/** One sentence for a failure: what failed, on what, and what to do. */
export function sentence(error: CosError): string {
  const next = nextStep(error);
  return `${error.detail.replace(/\.$/, '')}${next === undefined ? '' : `. ${next}`}`;
}

function nextStep(error: CosError): string | undefined {
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
      return 'The credentials lack a role that allows this';
    case 'throttled':
      return 'Try again later, or with a lower --concurrency';
    case 'network':
      return error.retry === 'later' ? 'Check the connection and try again' : undefined;
    case 'notFound':
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
