import { expect, it } from 'vitest';
import { failuresReport } from '../../../src/extension/replication/failureTexts';

const t = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));

it('reports what was not replicated by cause, the most frequent first, and where the list ends', () => {
  const failures = [
    { key: 'a', cause: 'no permission', syncType: 'content' },
    { key: 'b' },
    { key: 'c', cause: 'no permission', versionId: 'v1' },
  ];
  expect(failuresReport('photos', failures, 'The connection was lost.', t)).toBe(
    [
      'Not replicated from the bucket "photos": 3',
      '',
      'no permission (2)',
      '  a · content',
      '  c · version v1',
      '',
      'for a reason that the service does not tell (1)',
      '  b',
      '',
      'The list ends here: The connection was lost.',
      '',
    ].join('\n'),
  );
});
