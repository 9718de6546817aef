import type { Principal } from '../contracts';
import type { Identities } from '../iam/identities';
import { bearerToken, ServiceError, type ServiceRequest } from '../jsonService';

/** A signed-in caller of a control-plane service. */
export type Caller = Principal & { readonly kind: 'iam' };

/** The caller of a request. Throws `ServiceError` 401: HMAC signatures do not work on the control plane (control-plane §0). */
export function callerOf(request: ServiceRequest, identities: Identities, code: string): Caller {
  const token = bearerToken(request.headers);
  if (token === undefined) throw new ServiceError(401, code, 'The request needs an IAM token: Authorization: Bearer.');
  const verdict = identities.verifyAccessToken(token);
  if (!verdict.ok) throw new ServiceError(401, code, `The IAM token is ${verdict.reason}.`);
  return verdict.principal;
}
