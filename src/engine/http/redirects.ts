import { CosFailure } from '../failure';
import type { WireAnswer } from './exchange';

/** A service that wants the same request sent somewhere else. */
export class Redirected extends CosFailure {
  /** Where to; undefined where it does not say, or says nothing that can be used. */
  readonly target: URL | undefined;
  /** The location that S3 names beside the address, or instead of it. */
  readonly region: string | undefined;

  constructor(
    facts: { readonly op: string; readonly host: string; readonly httpStatus: number },
    target: URL | undefined,
    region: string | undefined,
  ) {
    super({
      ...facts,
      kind: 'network',
      reason: 'redirected',
      host: target?.host ?? facts.host,
      retry: 'never',
      detail: detailOf(facts, target),
    });
    this.target = target;
    this.region = region;
  }
}

function detailOf(
  { op, host, httpStatus }: { readonly op: string; readonly host: string; readonly httpStatus: number },
  target: URL | undefined,
): string {
  if (target === undefined) {
    return `"${host}" redirects ${op} without saying where to (status ${httpStatus}). The endpoint may be of another location than the bucket.`;
  }
  return `"${host}" redirects ${op} to "${target.host}" (status ${httpStatus}). That was not followed: credentials stay with the endpoints of the connection. If "${target.host}" is the right place, make it the endpoint.`;
}

/** How often one request is sent on. */
const mostRedirects = 5;

/** The redirect that an answer is, or undefined. 303 means another request, 300 and 305 a choice: nobody follows those. */
export function redirectOf(
  answer: Pick<WireAnswer, 'status' | 'headers'>,
  { op, url }: { readonly op: string; readonly url: string },
): Redirected | undefined {
  if (answer.status < 300 || answer.status >= 400 || answer.status === 304) return undefined;
  const location = answer.headers['location'];
  const isFollowed = [301, 302, 307, 308].includes(answer.status);
  const isUsable = isFollowed && location !== undefined && URL.canParse(location, url);
  const facts = { op, host: new URL(url).host, httpStatus: answer.status };
  return new Redirected(facts, isUsable ? new URL(location, url) : undefined, answer.headers['x-amz-bucket-region']);
}

/** Throws the redirect that an answer is. */
export function refuseRedirect(
  answer: Pick<WireAnswer, 'status' | 'headers'>,
  op: string,
  { origin }: URL,
  path: string,
): void {
  const redirect = redirectOf(answer, { op, url: `${origin}${path}` });
  if (redirect !== undefined) throw redirect;
}

/** Sends a request to a path of an origin, and on to others of the same origin as the service says. */
export async function withRedirects<T>(origin: string, path: string, send: (path: string) => Promise<T>): Promise<T> {
  let at = path;
  for (let count = 0; ; count++) {
    try {
      return await send(at);
    } catch (error) {
      if (!(error instanceof Redirected) || error.target?.origin !== origin) throw error;
      if (count === mostRedirects) throw goesRound(error);
      at = `${error.target.pathname}${error.target.search}`;
    }
  }
}

function goesRound({ error }: Redirected): CosFailure {
  const detail = `"${error.host ?? ''}" sends ${error.op} on to itself again and again (${mostRedirects} times followed).`;
  return new CosFailure({ ...error, reason: 'notACosEndpoint', detail });
}
