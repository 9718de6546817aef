import { partOf, type Part, type PartPlan } from '../../model/partPlan';

/**
 * Works on all parts of a plan. `begin` waits for what a part needs (memory, bytes of the source) and answers with its
 * job; parts begin one after the other, jobs run side by side. On the first failure the rest is aborted; the failure is
 * thrown only when no job runs any more.
 */
export async function runParts(
  plan: PartPlan,
  signal: AbortSignal,
  begin: (part: Part, signal: AbortSignal) => Promise<() => Promise<void>>,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const running = new Set<Promise<void>>();
  let failure: { readonly thrown: unknown } | undefined;
  const fail = (thrown: unknown) => {
    failure ??= { thrown };
    stop.abort();
  };
  try {
    for (let partNumber = 1; partNumber <= plan.partCount && failure === undefined; partNumber++) {
      const job = await begin(partOf(plan, partNumber), either);
      const run = job()
        .catch(fail)
        .finally(() => running.delete(run));
      running.add(run);
    }
  } catch (thrown) {
    fail(thrown);
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.thrown;
}
