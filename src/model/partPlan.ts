const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

/** Limits of multipart uploads (data-plane §6; binary units, see its [DOUBT] note). */
export const multipartLimits = {
  maxParts: 10_000,
  minPartBytes: 5 * mebibyte,
  maxPartBytes: 5 * gibibyte,
  maxObjectBytes: 10 * 1024 * gibibyte,
  maxSinglePutBytes: 5 * gibibyte,
} as const;

/** How an object's bytes are cut: parts `0…partCount-1`, each `partSizeBytes` long but the last. */
export interface PartPlan {
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
  readonly partCount: number;
}

/** One cut: 1-based number, offset and length in bytes. */
export interface Part {
  readonly partNumber: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * Cuts an object of known size into parts of about the preferred size, larger where 10,000 parts would not do.
 * Part sizes are multiples of 1 MiB. Throws a RangeError for a size that no object can have.
 */
export function planParts(sizeBytes: number, preferredPartBytes: number): PartPlan {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new RangeError(`not a size in bytes: ${sizeBytes}`);
  if (sizeBytes > multipartLimits.maxObjectBytes) {
    throw new RangeError(
      `an object of ${sizeBytes} bytes exceeds the limit of ${multipartLimits.maxObjectBytes} bytes`,
    );
  }
  const smallestThatFits = Math.ceil(sizeBytes / multipartLimits.maxParts);
  const wanted = Math.max(preferredPartBytes, multipartLimits.minPartBytes, smallestThatFits);
  const partSizeBytes = Math.min(Math.ceil(wanted / mebibyte) * mebibyte, multipartLimits.maxPartBytes);
  return { sizeBytes, partSizeBytes, partCount: Math.max(1, Math.ceil(sizeBytes / partSizeBytes)) };
}

/** All cuts, in order. */
export function partsOf(plan: PartPlan): readonly Part[] {
  return Array.from({ length: plan.partCount }, (_, at) => partOf(plan, at + 1));
}

/** The cut with a 1-based number. Throws a RangeError outside the plan. */
export function partOf(plan: PartPlan, partNumber: number): Part {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > plan.partCount) {
    throw new RangeError(`part ${partNumber} is outside 1…${plan.partCount}`);
  }
  const offsetBytes = (partNumber - 1) * plan.partSizeBytes;
  return { partNumber, offsetBytes, lengthBytes: Math.min(plan.partSizeBytes, plan.sizeBytes - offsetBytes) };
}
