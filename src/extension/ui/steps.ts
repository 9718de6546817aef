import type { StepAnswer, StepPlace } from '../services';

/** What a question of several can be about. */
export type StepTopic = 'secret' | 'instance' | 'endpoint';

/** One question of several. */
export interface Step<S> {
  /** Whether it is asked at all, given what is known so far; always when absent. */
  readonly isNeeded?: (state: S) => boolean;
  /** What it asks for, where it may have to be asked again alone. */
  readonly topic?: StepTopic;
  /** Answers what is known afterwards. */
  readonly ask: (state: S, place: StepPlace) => Promise<StepAnswer<S>>;
}

/** The answer to a question, made into what is known afterwards. */
export function mapAnswer<T, S>(answer: StepAnswer<T>, apply: (value: T) => S): StepAnswer<S> {
  return answer.kind === 'value' ? { kind: 'value', value: apply(answer.value) } : answer;
}

/**
 * Asks one question after the other, with a way back. Undefined when the person gave up. `startAt` comes back to questions
 * that were all answered before: at the first one about a topic, or at the last one.
 */
export async function askSteps<S>(
  title: string,
  steps: readonly Step<S>[],
  initial: S,
  startAt?: StepTopic | 'last',
): Promise<S | undefined> {
  return await ask(title, steps, { initial, startAt, isInner: false });
}

/** Asks questions on the way of others. Undefined when the person went back to those, or gave up. */
export async function askInnerSteps<S>(title: string, steps: readonly Step<S>[], initial: S): Promise<S | undefined> {
  return await ask(title, steps, { initial, startAt: undefined, isInner: true });
}

async function ask<S>(
  title: string,
  steps: readonly Step<S>[],
  { initial, startAt, isInner }: { initial: S; startAt: StepTopic | 'last' | undefined; isInner: boolean },
): Promise<S | undefined> {
  let state = initial;
  const needed = [...steps.keys()].filter((at) => steps[at]?.isNeeded?.(initial) !== false);
  const first = startAt === undefined ? 0 : needed.findIndex((at) => steps[at]?.topic === startAt);
  const asked = needed.slice(0, first < 0 ? -1 : first);
  let index = needed[asked.length] ?? 0;
  while (index < steps.length) {
    const step = steps[index];
    if (step === undefined || step.isNeeded?.(state) === false) {
      index += 1;
      continue;
    }
    const later = steps.slice(index + 1).filter((other) => other.isNeeded?.(state) !== false).length;
    const number = asked.length + 1;
    const canGoBack = isInner || number > 1;
    const answer = await step.ask(state, { title, step: number, totalSteps: number + later, canGoBack });
    switch (answer.kind) {
      case 'cancel':
        return undefined;
      case 'value':
        asked.push(index);
        state = answer.value;
        index += 1;
        break;
      case 'back':
        // What was answered stays, so that the question before shows it.
        if (isInner && asked.length === 0) return undefined;
        index = asked.pop() ?? 0;
        break;
    }
  }
  return state;
}
