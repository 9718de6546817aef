import { readFileSync, writeFileSync } from 'node:fs';
import type { ProgramResult, TransferReport, TransferResult } from './transfers';

/** Writes the table of each case that was measured between its markers; those of other cases stay as they are. */
export function writeTransferDocs(fsPath: string, report: TransferReport): void {
  let text = readFileSync(fsPath, 'utf8');
  for (const name of new Set(report.results.map((result) => result.case))) {
    const startMarker = `<!-- transfers ${name}:start -->`;
    const endMarker = `<!-- transfers ${name}:end -->`;
    const start = text.indexOf(startMarker);
    const end = text.indexOf(endMarker);
    if (start === -1 || end < start) throw new Error(`${fsPath} has no ${startMarker} … ${endMarker}`);
    const body = tableOf(
      report.results.filter((result) => result.case === name),
      report.missing,
    );
    text = `${text.slice(0, start)}${startMarker}\n\n${body}\n\n${text.slice(end)}`;
  }
  writeFileSync(fsPath, text);
}

const head = [
  'against',
  'way',
  'program',
  'wall s',
  'CPU s',
  'whole wall s',
  'whole CPU s',
  'peak MB',
  'wall ratio',
  'CPU ratio',
];

/** Not aligned: the formatter of the project does that. */
function tableOf(results: readonly TransferResult[], missing: readonly string[]): string {
  const rows = results.flatMap(({ setting, direction, programs }) =>
    programs.map((program) => [setting, direction, program.name, ...numbers(program)]),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const repetitions = Math.min(...results.map((result) => result.repetitions));
  const absent = missing.length === 0 ? '' : ` Not on this machine: ${missing.join(', ')}.`;
  return [
    line(head),
    `|${' --- |'.repeat(head.length)}`,
    ...rows.map(line),
    '',
    `Median of ${repetitions === 1 ? '1 run' : `${repetitions} runs`}.${absent}`,
  ].join('\n');
}

function numbers(program: ProgramResult): readonly string[] {
  if (program.failure !== undefined) return Array.from({ length: head.length - 3 }, () => 'failed');
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  return [
    ...[program.wallMs, program.cpuMs, program.wholeMs, program.wholeCpuMs].map(seconds),
    String(program.peakMemoryMB),
    program.wallRatio.toFixed(2),
    program.cpuRatio.toFixed(2),
  ];
}
