/** Why a text cannot be an endpoint. */
export type EndpointProblem = 'notAUrl' | 'notHttp' | 'insecure' | 'hasCredentials' | 'hasPath' | 'hasQuery';

/**
 * Why a text cannot be an endpoint URL, or undefined when it can: `https`, or `http` on this machine only, with nothing
 * after the host. An IAM token sent over plain HTTP would be anybody's.
 */
export function endpointProblem(text: string): EndpointProblem | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^[a-z]+:\/\//i.test(text.trim()) || url.hostname === '') return 'notAUrl';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'notHttp';
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return 'insecure';
  if (url.username !== '' || url.password !== '') return 'hasCredentials';
  if (url.search !== '' || url.hash !== '') return 'hasQuery';
  if (url.pathname !== '/' && url.pathname !== '') return 'hasPath';
  return undefined;
}

/** An endpoint as it is saved: no blanks around it, no slash at its end, the host in lower case. */
export function normalisedEndpoint(text: string): string {
  return new URL(text.trim()).origin;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
