import type { StepAnswer, StepPlace } from '../services';

/** One question of several. */
export interface Step<S> {
  /** Whether it is asked at all, given what is known so far; always when absent. */
  readonly isNeeded?: (state: S) => boolean;
  /** Answers what is known afterwards. */
  readonly ask: (state: S, place: StepPlace) => Promise<StepAnswer<S>>;
}

/** Asks one question after the other, with a way back. Undefined when the person gave up. */
export async function askSteps<S>(title: string, steps: readonly Step<S>[], initial: S): Promise<S | undefined> {
  let state = initial;
  const asked: number[] = [];
  let index = 0;
  while (index < steps.length) {
    const step = steps[index];
    if (step === undefined || step.isNeeded?.(state) === false) {
      index += 1;
      continue;
    }
    const later = steps.slice(index + 1).filter((other) => other.isNeeded?.(state) !== false).length;
    const number = asked.length + 1;
    const answer = await step.ask(state, { title, step: number, totalSteps: number + later, canGoBack: number > 1 });
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
        index = asked.pop() ?? 0;
        break;
    }
  }
  return state;
}
