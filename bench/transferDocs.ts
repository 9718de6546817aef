import { readFileSync, writeFileSync } from 'node:fs';
import { settingNames } from './transferServers';
import type { ProgramResult, TransferReport, TransferResult } from './transfers';

/** Writes what was measured into the table of its case; rows of other cases and settings stay as they are. */
export function writeTransferDocs(fsPath: string, report: TransferReport): void {
  let text = readFileSync(fsPath, 'utf8');
  for (const name of new Set(report.results.map((result) => result.case))) {
    const startMarker = `<!-- transfers ${name}:start -->`;
    const endMarker = `<!-- transfers ${name}:end -->`;
    const start = text.indexOf(startMarker);
    const end = text.indexOf(endMarker);
    if (start === -1 || end < start) throw new Error(`${fsPath} has no ${startMarker} … ${endMarker}`);
    const results = report.results.filter((result) => result.case === name);
    const body = tableOf(results, keptRows(text.slice(start, end), results), report.missing);
    text = `${text.slice(0, start)}${startMarker}\n\n${body}\n\n${text.slice(end)}`;
  }
  writeFileSync(fsPath, text);
}

const head = [
  'against',
  'way',
  'program',
  'runs',
  'wall s',
  'CPU s',
  'whole wall s',
  'whole CPU s',
  'peak MB',
  'wall ratio',
  'CPU ratio',
];

/** Rows of settings that were not measured this time. */
function keptRows(table: string, results: readonly TransferResult[]): readonly (readonly string[])[] {
  return table
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => settingNames.some((name) => name === cells[1]))
    .map((cells) => cells.slice(1, -1))
    .filter(([setting]) => results.every((result) => result.setting !== setting));
}

/** Not aligned: the formatter of the project does that. */
function tableOf(
  results: readonly TransferResult[],
  kept: readonly (readonly string[])[],
  missing: readonly string[],
): string {
  const measured = results.flatMap(({ setting, direction, programs, repetitions }) =>
    programs.map((program) => [setting, direction, program.name, String(repetitions), ...numbers(program)]),
  );
  const place = ([setting]: readonly string[]) => settingNames.findIndex((name) => name === setting);
  const rows = [...measured, ...kept].toSorted((a, b) => place(a) - place(b));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const absent = missing.length === 0 ? '' : `\n\nNot on this machine: ${missing.join(', ')}.`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n') + absent;
}

function numbers(program: ProgramResult): readonly string[] {
  if (program.failure !== undefined) return Array.from({ length: head.length - 4 }, () => 'failed');
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  return [
    ...[program.wallMs, program.cpuMs, program.wholeMs, program.wholeCpuMs].map(seconds),
    String(program.peakMemoryMB),
    program.wallRatio.toFixed(2),
    program.cpuRatio.toFixed(2),
  ];
}
