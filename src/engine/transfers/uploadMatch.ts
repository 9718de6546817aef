import { multipartLimits, type Part } from '../../model/partPlan';

/** A part that the service holds, as far as its place in a file goes. */
export interface HeldPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
}

/** Where the held parts would lie in a file, and what is missing of it. */
export interface UploadLayout {
  readonly held: readonly Part[];
  readonly missing: readonly Part[];
}

/**
 * The ways in which a file of this size may have been cut into these parts, the likeliest first; empty when there is none.
 * Tools cut evenly, the last part being shorter; parts without gaps may be of any size, and the rest follows them.
 */
export function layoutsOf(parts: readonly HeldPart[], fileBytes: number): readonly UploadLayout[] {
  const ordered = [...parts].sort((left, right) => left.partNumber - right.partNumber);
  const last = ordered.at(-1);
  if (last === undefined) return [];
  const largest = Math.max(...ordered.map(({ sizeBytes }) => sizeBytes));
  const beforeLast = (fileBytes - last.sizeBytes) / (last.partNumber - 1);
  const even = [...new Set([largest, beforeLast])].filter((size) => Number.isSafeInteger(size) && size > 0);
  const layouts = even.flatMap((partBytes) => evenLayout(ordered, fileBytes, partBytes) ?? []);
  if (layouts.length > 0) return layouts;
  const uneven = unevenLayout(ordered, fileBytes, largest);
  return uneven === undefined ? [] : [uneven];
}

function evenLayout(ordered: readonly HeldPart[], fileBytes: number, partBytes: number): UploadLayout | undefined {
  const partCount = Math.ceil(fileBytes / partBytes);
  if (partCount > multipartLimits.maxParts) return undefined;
  const sizes = new Map(ordered.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]));
  if ((ordered.at(-1)?.partNumber ?? 0) > partCount) return undefined;
  const held: Part[] = [];
  const missing: Part[] = [];
  for (let partNumber = 1; partNumber <= partCount; partNumber++) {
    const offsetBytes = (partNumber - 1) * partBytes;
    const lengthBytes = Math.min(partBytes, fileBytes - offsetBytes);
    const size = sizes.get(partNumber);
    if (size !== undefined && size !== lengthBytes) return undefined;
    (size === undefined ? missing : held).push({ partNumber, offsetBytes, lengthBytes });
  }
  return { held, missing };
}

function unevenLayout(ordered: readonly HeldPart[], fileBytes: number, largest: number): UploadLayout | undefined {
  const held: Part[] = [];
  let offsetBytes = 0;
  for (const [index, { partNumber, sizeBytes }] of ordered.entries()) {
    if (partNumber !== index + 1) return undefined;
    held.push({ partNumber, offsetBytes, lengthBytes: sizeBytes });
    offsetBytes += sizeBytes;
  }
  if (offsetBytes > fileBytes) return undefined;
  const missing: Part[] = [];
  const partBytes = Math.max(largest, multipartLimits.minPartBytes);
  for (let partNumber = held.length + 1; offsetBytes < fileBytes; partNumber++) {
    const lengthBytes = Math.min(partBytes, fileBytes - offsetBytes);
    missing.push({ partNumber, offsetBytes, lengthBytes });
    offsetBytes += lengthBytes;
  }
  return held.length + missing.length > multipartLimits.maxParts ? undefined : { held, missing };
}
