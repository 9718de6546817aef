import { describe, expect, it } from 'vitest';
import type { StepAnswer, StepPlace } from '../../../src/extension/services';
import { askSteps, type Step } from '../../../src/extension/ui/steps';

type Answers = Readonly<Record<string, string>>;

/** Asks by name, answering from a script: a text, `<` for back, `x` for cancel. */
function scripted(
  script: string[],
  shown: string[],
): (name: string, isNeeded?: (state: Answers) => boolean) => Step<Answers> {
  return (name, isNeeded) => ({
    ...(isNeeded === undefined ? {} : { isNeeded }),
    ask: async (state: Answers, place: StepPlace): Promise<StepAnswer<Answers>> => {
      shown.push(`${name} ${place.step}/${place.totalSteps}${place.canGoBack ? ' <' : ''} [${state[name] ?? ''}]`);
      const next = script.shift();
      if (next === '<') return { kind: 'back' };
      if (next === undefined || next === 'x') return { kind: 'cancel' };
      return { kind: 'value', value: { ...state, [name]: next } };
    },
  });
}

describe('questions in steps', () => {
  it('go forth and back, keep what was answered, and leave out what is not needed', async () => {
    const shown: string[] = [];
    const step = scripted(['own', '<', 'us', 'n'], shown);
    const steps = [step('place'), step('url', (state) => state['place'] === 'own'), step('name')];
    expect(await askSteps('T', steps, {})).toEqual({ place: 'us', name: 'n' });
    expect(shown).toEqual(['place 1/2 []', 'url 2/3 < []', 'place 1/3 [own]', 'name 2/2 < []']);
  });

  it('end with nothing when the person gives up', async () => {
    const step = scripted(['a', 'x'], []);
    expect(await askSteps('T', [step('one'), step('two')], {})).toBeUndefined();
  });

  it('come back at the question that a failure points at, with those before it behind the back button', async () => {
    const shown: string[] = [];
    const step = scripted(['<', 'a2', 'b2', 'c2'], shown);
    const steps = [step('one'), { ...step('two'), topic: 'endpoint' as const }, step('three')];
    const before = { one: 'a', two: 'b', three: 'c' };
    expect(await askSteps('T', steps, before, 'endpoint')).toEqual({ one: 'a2', two: 'b2', three: 'c2' });
    expect(shown).toEqual(['two 2/3 < [b]', 'one 1/3 [a]', 'two 2/3 < [b]', 'three 3/3 < [c]']);
  });

  it('come back at the last question that is needed when a failure points at none', async () => {
    const shown: string[] = [];
    const step = scripted(['n2'], shown);
    const steps = [step('place'), step('name'), step('url', (state) => state['place'] === 'own')];
    expect(await askSteps('T', steps, { place: 'us', name: 'n' }, 'last')).toEqual({ place: 'us', name: 'n2' });
    expect(shown).toEqual(['name 2/2 < [n]']);
  });
});
