const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  pib: 1024 ** 5,
};

/** Reads a size such as `500 GB`, `1.5 TiB` or `1000`; undefined for what is none, or no whole number of bytes. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = units[unit.toLowerCase()];
  if (number === undefined || factor === undefined) return undefined;
  // `1.1 GB` is a whole number of bytes, though not as a product of floating-point numbers.
  const sizeBytes = Math.round(Number(number) * factor);
  const isWhole = Math.abs(sizeBytes - Number(number) * factor) < 1e-3;
  return isWhole && Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}
