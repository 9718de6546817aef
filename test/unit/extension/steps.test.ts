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
});
