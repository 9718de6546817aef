import { CosFailure } from '../engine/failure';
import { nothingAt, prefixOf, type CosPlace } from './cosUri';
import { complain } from './output';
import type { Session } from './session';

/** As with named objects: where one of several places holds nothing, it is probably misspelt, and nothing is done. */
export async function requireSomethingAt(
  session: Session,
  places: readonly CosPlace[],
  done: 'copied' | 'deleted',
  signal: AbortSignal,
): Promise<void> {
  for (const place of places) {
    const query = { prefix: prefixOf(place), delimiter: '', maxKeys: 1 } as const;
    const page = await session.client.listPage(place.bucket, query, signal);
    if (page.objects.length > 0 || place.key === '') continue;
    if (places.length > 1) complain(`one of the places holds nothing, so nothing was ${done}`);
    throw new CosFailure(nothingAt(place));
  }
}
