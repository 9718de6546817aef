import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/commandLine';

const place = ['cp', 'file', 'cos://bucket/key'];
function optionsOf(...args: readonly string[]) {
  const command = parseCommandLine([...place, ...args]);
  return command.verb === 'cp' ? command.options : undefined;
}

describe('options of cos cp for uploads', () => {
  it('say nothing where none is given', () => {
    expect(optionsOf()).toBeUndefined();
  });

  it('name headers, metadata and tags, whose values may hold "="', () => {
    const args = ['--content-type', 'a/b', '--cache-control', 'no-cache', '--metadata', 'Owner=me=you'];
    expect(optionsOf(...args, '--tag', 'Project=', '--tag', 'x=y')).toEqual({
      headers: { contentType: 'a/b', cacheControl: 'no-cache' },
      metadata: { owner: 'me=you' },
      tags: { Project: '', x: 'y' },
    });
  });

  it('name a retention or a lock', () => {
    const untilMs = Date.UTC(2030, 0, 31);
    expect(optionsOf('--retain-until', '2030-01-31', '--legal-hold', 'CASE')?.protection).toEqual({
      kind: 'retention',
      untilMs,
      holdId: 'CASE',
    });
    expect(optionsOf('--retain-days', '2')?.protection).toEqual({ kind: 'retention', periodSeconds: 172_800 });
    expect(optionsOf('--lock-mode', 'COMPLIANCE', '--retain-until', '2030-01-31')?.protection).toEqual({
      kind: 'objectLock',
      retention: { mode: 'COMPLIANCE', retainUntilMs: untilMs },
    });
    expect(optionsOf('--lock-hold')?.protection).toEqual({ kind: 'objectLock', hasLegalHold: true });
  });

  it.each([
    [['--metadata', 'owner'], '--metadata takes name=value, not "owner"'],
    [['--tag', 'a=1', '--tag', 'a=2'], '--tag names "a" twice'],
    [['--retain-until', 'tomorrow'], '--retain-until takes a date'],
    [['--retain-days', '99999'], '--retain-days takes 0 to 36135 days'],
    [['--retain-days', '1', '--retain-until', '2030-01-31'], 'do not go together'],
    [['--lock-mode', 'GOVERNANCE'], '--lock-mode needs --retain-until'],
    [['--lock-mode', 'governance', '--retain-until', '2030-01-31'], '--lock-mode takes GOVERNANCE or COMPLIANCE'],
    [['--lock-hold', '--legal-hold', 'CASE'], 'Object Lock has --lock-hold'],
    [['--lock-hold', '--retain-until', '2030-01-31'], '--retain-until needs --lock-mode'],
  ] as const)('are refused where they make no sense: %s', (args, sentence) => {
    expect(() => optionsOf(...args)).toThrow(sentence);
  });
});
