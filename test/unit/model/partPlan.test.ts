import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multipartLimits, partOf, planParts } from '../../../src/model/partPlan';

const mebibyte = 1024 * 1024;

describe('part plans', () => {
  it("cover every byte once, within the service's limits", () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 100 * mebibyte }),
      fc.integer({ min: 0, max: multipartLimits.maxObjectBytes }),
      fc.constantFrom(0, 1, 5 * mebibyte, 5 * mebibyte + 1, multipartLimits.maxObjectBytes),
    );
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 8 * 1024 * mebibyte }), (sizeBytes, preferred) => {
        const plan = planParts(sizeBytes, preferred);
        expect(plan.partCount).toBeLessThanOrEqual(multipartLimits.maxParts);
        expect(plan.partSizeBytes).toBeGreaterThanOrEqual(multipartLimits.minPartBytes);
        expect(plan.partSizeBytes).toBeLessThanOrEqual(multipartLimits.maxPartBytes);
        expect(plan.partSizeBytes % mebibyte).toBe(0);
        const last = partOf(plan, plan.partCount);
        expect(last.offsetBytes + last.lengthBytes).toBe(sizeBytes);
        expect(last.lengthBytes).toBeGreaterThan(sizeBytes === 0 ? -1 : 0);
        if (plan.partCount > 1) {
          const before = partOf(plan, plan.partCount - 1);
          expect(before.offsetBytes + before.lengthBytes).toBe(last.offsetBytes);
        }
      }),
    );
  });

  it('grow their parts only where 10,000 of them would not do', () => {
    expect(planParts(50 * 1024 * mebibyte, 20 * mebibyte).partSizeBytes).toBe(20 * mebibyte);
    expect(planParts(10 * 1024 * 1024 * mebibyte, 20 * mebibyte).partSizeBytes).toBe(1049 * mebibyte);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53, multipartLimits.maxObjectBytes + 1])('refuse a size of %d', (size) => {
    expect(() => planParts(size, mebibyte)).toThrow(RangeError);
  });

  it('have no part outside', () => {
    const plan = planParts(10 * mebibyte, 5 * mebibyte);
    for (const n of [0, 3, 1.5, -1]) expect(() => partOf(plan, n)).toThrow(RangeError);
  });
});
