import { readFileSync, writeFileSync } from 'node:fs';
import type { Step, StepStatus } from './steps';

export const statuses: readonly StepStatus[] = ['passed', 'failed', 'refused', 'missing'];

interface Named {
  readonly name: string;
  readonly title: string;
  readonly steps: readonly Step[];
}

/** What one client did; a client that is not here has no steps. */
export type ClientReport =
  | (Named & { readonly state: 'ran'; readonly version: string })
  | (Named & { readonly state: 'missing'; readonly reason: string });

export function countSteps(reports: readonly ClientReport[], status: StepStatus): number {
  return reports.flatMap(({ steps }) => steps).filter((step) => step.status === status).length;
}

const startMarker = '<!-- conformance:start -->';
const endMarker = '<!-- conformance:end -->';

/** Writes the tables of clients and of steps between the two markers of a Markdown file. */
export function writeDocs(fsPath: string, reports: readonly ClientReport[]): void {
  const text = readFileSync(fsPath, 'utf8');
  const start = text.indexOf(startMarker);
  const end = text.indexOf(endMarker);
  if (start === -1 || end < start) throw new Error(`${fsPath} has no ${startMarker} … ${endMarker}`);
  const body = [
    table(
      ['client', 'version', ...statuses],
      reports.map((report) => [
        report.title,
        report.state === 'ran' ? report.version : 'not run',
        ...statuses.map((status) => String(countSteps([report], status))),
      ]),
    ),
    ...reports.flatMap((report) => [
      `### ${report.title}`,
      report.state === 'missing'
        ? `Not run: ${report.reason}.`
        : table(
            ['step', 'result'],
            report.steps.map(({ name, status, detail }) => [
              name,
              status === 'passed' || detail === undefined ? status : `${status}: ${detail}`,
            ]),
          ),
    ]),
  ].join('\n\n');
  writeFileSync(fsPath, `${text.slice(0, start)}${startMarker}\n\n${body}\n\n${text.slice(end)}`);
}

/** Not aligned: the formatter of the project does that. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.map(cell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text
    .replaceAll(/[\\|*_<>`]/g, '\\$&')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
