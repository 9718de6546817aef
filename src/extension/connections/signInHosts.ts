import { controlServices } from '../../model/connection';
import type { SignInHosts } from './draft';
import { endpointProblem, normalisedEndpoint } from './endpoint';

/** Reads `ibmcos.signIn.endpoints`. What is no URL that keys may be sent to is left out. */
export function readSignInHosts(value: unknown): SignInHosts {
  if (typeof value !== 'object' || value === null) return {};
  const urls = new Map(
    Object.entries(value).flatMap(([name, url]) =>
      typeof url === 'string' && isSafe(url) ? [[name, url.trim().replace(/\/+$/, '')] as const] : [],
    ),
  );
  const iam = urls.get('iam');
  const control = controlServices.flatMap((service) => {
    const url = urls.get(service);
    return url === undefined ? [] : [[service, url] as const];
  });
  return {
    ...(iam === undefined ? {} : { iamEndpoint: normalisedEndpoint(iam) + new URL(iam).pathname.replace(/\/+$/, '') }),
    ...(control.length === 0 ? {} : { controlEndpoints: Object.fromEntries(control) }),
  };
}

/** The services' own paths (`/v1`, `/v2`) may follow the host. */
function isSafe(url: string): boolean {
  const problem = endpointProblem(url.trim());
  return problem === undefined || problem === 'hasPath';
}
