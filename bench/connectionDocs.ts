import { readFileSync, writeFileSync } from 'node:fs';
import type { ConnectionResult } from './connections';

const startMarker = '<!-- connections:start -->';
const endMarker = '<!-- connections:end -->';

/** Writes what was measured into its table. */
export function writeConnectionDocs(fsPath: string, results: readonly ConnectionResult[]): void {
  const text = readFileSync(fsPath, 'utf8');
  const start = text.indexOf(startMarker);
  const end = text.indexOf(endMarker);
  if (start === -1 || end < start) throw new Error(`${fsPath} has no ${startMarker} … ${endMarker}`);
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const head = ['over', 'request', 'runs', 'server', 'first ms', 'median ms', 'last ms', 'ratio'];
  const rows = results.flatMap(({ transport, ask, runs, local, plain, ratio }) => [
    [transport, ask, runs, 'local server', local.firstMs, local.medianMs, local.worstMs, ratio],
    [transport, ask, runs, '2 ms each', plain.firstMs, plain.medianMs, plain.worstMs, 1],
  ]);
  const table = [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
  writeFileSync(fsPath, `${text.slice(0, start)}${startMarker}\n\n${table}\n\n${text.slice(end)}`);
}
