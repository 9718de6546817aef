import type { IamConnection } from '../../model/connection';
import { tokenClaims } from '../auth/tokenClaims';
import { CosFailure } from '../failure';

/**
 * What a refused ListBuckets means. COS refuses an unknown instance exactly as it refuses a missing role, so what can be
 * told is told from what we know: an id that is none, or one of another account than the key's (control-plane §2.2).
 */
export function refusedInstance(failure: CosFailure, connection: IamConnection, token: string | undefined): CosFailure {
  const id = connection.serviceInstanceId.trim();
  const problem = problemOf(id, token);
  if (problem === undefined) {
    const both = `The identity may not list the buckets of the instance "${id}", or there is no such instance.`;
    return new CosFailure({ ...failure.error, detail: `${both} ${failure.error.detail}` }, { cause: failure });
  }
  return new CosFailure({ ...failure.error, ...problem }, { cause: failure });
}

interface InstanceProblem {
  readonly reason: 'instanceUnknown' | 'otherAccount';
  readonly detail: string;
}

function problemOf(id: string, token: string | undefined): InstanceProblem | undefined {
  const segments = id.split(':');
  const isCrn = segments.length === 10 && segments[0] === 'crn' && segments[4] === 'cloud-object-storage';
  const guid = isCrn ? (segments[7] ?? '') : id;
  if (!/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(guid)) {
    const detail = `"${id}" is not the id of a Cloud Object Storage instance: that is a CRN that begins with crn:v1:, or its GUID.`;
    return { reason: 'instanceUnknown', detail };
  }
  const owner = isCrn ? /^a\/(.+)$/.exec(segments[6] ?? '')?.[1] : undefined;
  const account = tokenClaims(token).accountId;
  if (owner === undefined || account === undefined || owner === account) return undefined;
  const detail = `The instance belongs to the account ${owner}, the API key to the account ${account}.`;
  return { reason: 'otherAccount', detail };
}
