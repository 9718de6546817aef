/** A location that this server plays, with its own S3 endpoint. */
export interface Location {
  readonly code: string;
  readonly kind: 'cross-region' | 'regional' | 'single-site';
}

/** The default location comes first. The list's order is that of the ports. */
export const locations: readonly [Location, ...Location[]] = [
  { code: 'us-south', kind: 'regional' },
  { code: 'eu-de', kind: 'regional' },
  { code: 'eu-gb', kind: 'regional' },
  { code: 'us', kind: 'cross-region' },
  { code: 'ap', kind: 'cross-region' },
  { code: 'jp-tok', kind: 'regional' },
  { code: 'sng01', kind: 'single-site' },
];
