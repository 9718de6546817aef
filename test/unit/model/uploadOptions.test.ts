import { describe, expect, it } from 'vitest';
import { headerProblem } from '../../../src/model/headerRules';
import { uploadOptionsProblems } from '../../../src/model/uploadOptions';

const nowMs = Date.UTC(2026, 0, 1);
const problems = (options: Parameters<typeof uploadOptionsProblems>[0]) => uploadOptionsProblems(options, nowMs);

describe('headers of an object', () => {
  it('hold one line without blanks around it, in the form that each has', () => {
    expect(headerProblem('cacheControl', 'max-age=1, public')).toBeUndefined();
    expect(headerProblem('cacheControl', '')).toBe('empty');
    expect(headerProblem('contentLanguage', ' de')).toBe('blanks');
    expect(headerProblem('contentDisposition', 'a\r\nb')).toBe('character');
    expect(headerProblem('contentType', 'text/html; charset=utf-8')).toBeUndefined();
    expect(headerProblem('contentType', 'html')).toBe('contentType');
    expect(headerProblem('expires', 'tomorrow')).toBe('expires');
    expect(headerProblem('websiteRedirectLocation', 'elsewhere')).toBe('redirect');
  });
});

describe('the options of an upload', () => {
  it('may say nothing, or anything that the service takes', () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({
        headers: { contentType: 'a/b' },
        metadata: { a: 'b' },
        tags: { 'a@b': 'only one page allows this' },
        protection: { kind: 'retention', periodSeconds: -1, holdId: 'CASE-1' },
      }),
    ).toEqual([]);
    const retention = { mode: 'COMPLIANCE', retainUntilMs: nowMs + 1 } as const;
    expect(problems({ protection: { kind: 'objectLock', retention } })).toEqual([]);
  });

  it('name every part that the service would refuse', () => {
    expect(
      problems({ headers: { expires: 'x' }, metadata: { 'a b': 'c' }, tags: { 'ibm:a': 'b' } }).map(({ kind }) => kind),
    ).toEqual(['header', 'metadata', 'tag']);
    expect(
      problems({ protection: { kind: 'retention', periodSeconds: 1.5, untilMs: nowMs, holdId: '' } }),
    ).toMatchObject([
      { problem: 'past' },
      { problem: 'periodAndDate' },
      { problem: 'notWholeSeconds' },
      { kind: 'hold', problem: { kind: 'empty' } },
    ]);
    const retention = { mode: 'GOVERNANCE', retainUntilMs: nowMs } as const;
    expect(problems({ protection: { kind: 'objectLock', retention } })).toMatchObject([{ problem: 'past' }]);
  });
});
