import type { AnswerLimits } from '../../../src/engine/http/answerLimits';
import type { RetryPolicy } from '../../../src/engine/http/retry';
import type { Lie } from '../../fakes/lies';

/** What the page is made of. */
export interface ReliabilityFacts {
  readonly lies: readonly Lie[];
  readonly operations: readonly string[];
  readonly without: readonly { readonly name: string; readonly because: string }[];
  readonly limits: AnswerLimits;
  readonly policy: RetryPolicy;
  /** The limits of the run itself. */
  readonly shown: {
    readonly silenceMs: number;
    readonly documentBytes: number;
    readonly cellSeconds: number;
    readonly sentMiB: number;
  };
  readonly outcomeOf: (lie: Lie, operation: string) => 'refused' | 'done';
}

/** The text of docs/reliability.md. */
export function renderReliability({
  lies,
  operations,
  without,
  limits,
  policy,
  shown,
  outcomeOf,
}: ReliabilityFacts): string {
  const rows = lies.map((lie) => {
    // What hangs is told by its time limit, which a busy machine may meet early: such cells are not told apart.
    if (lie.kind === 'hangs') return `- **${lie.name}**: given up at its limit, unless the head alone was wanted.`;
    const done = operations.filter((operation) => outcomeOf(lie, operation) === 'done');
    return `- **${lie.name}**: ${said(done, operations.length)}`;
  });
  return [
    '# What a server can do to the engine',
    '',
    'Written by `test/server/hostile/table.test.ts` (`UPDATE_RELIABILITY=1` renews it) from a run of every operation of the client, of',
    'IAM and of the services around the data plane against a server that answers each request with a lie. The run has limits of its own:',
    `silences of ${shown.silenceMs} ms where a lie hangs, and documents of ${shown.documentBytes} bytes. What it shows of each cell: it ends within`,
    `${shown.cellSeconds} seconds, with a failure in a sentence or an answer without impossible numbers; the server gets rid of at most ${shown.sentMiB} MiB;`,
    'no host that an answer names hears anything; no failure repeats a secret. Of the cells that hang, fewer than one in a hundred takes more than',
    'a second to be cancelled. What an operation makes of an answer that it takes for good is not shown here.',
    '',
    '## Limits',
    '',
    'The longest silence is `ibmcos.network.requestTimeoutSeconds`; ten times as long for work inside the service (copies, completing an upload).',
    '',
    `- heads before the one that counts (1xx): ${limits.maxInterimAnswers}`,
    `- bytes of a head: ${limits.maxHeadBytes}`,
    `- from the last byte of a request to the end of the head of its answer: ${limits.headSilences} longest silences`,
    `- bytes that have to come within a longest silence: ${limits.leastBodyBytes}`,
    `- a whole document of XML or JSON: ${limits.documentSilences} longest silences, ${limits.maxDocumentBytes} bytes, less for most operations`,
    '- an object: as many bytes as its head, its range or a HEAD says, and not one more',
    `- attempts of what may pass: ${policy.maxAttempts}; where nothing answers: ${policy.maxConnectAttempts}`,
    '- redirects: 5 within an origin, 3 among the endpoints of the connection, none to any other host',
    '',
    `## ${lies.length} lies, ${operations.length} operations`,
    '',
    'An operation that is _done_ needs nothing but the status or the headers; `findPasscodePage` falls back to the usual page.',
    '',
    ...rows,
    '',
    '## Operations',
    '',
    `${operations.map((name) => `\`${name}\``).join(', ')}.`,
    '',
    'Nothing to lie to:',
    '',
    ...without.map(({ name, because }) => `- \`${name}\`: ${because}`),
    '',
  ].join('\n');
}

function said(done: readonly string[], count: number): string {
  if (done.length === 0) return 'refused by all.';
  return `refused by ${count - done.length}; done: ${done.map((name) => `\`${name}\``).join(', ')}.`;
}
