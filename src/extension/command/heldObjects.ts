import type { ObjectsTarget } from './targets';

/** What was copied or cut in the Buckets view, until something else is. */
export interface HeldObjects {
  held: { readonly mode: 'copy' | 'move'; readonly targets: readonly ObjectsTarget[] } | undefined;
}
