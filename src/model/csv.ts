/** Signs with which a spreadsheet begins a formula. Source: OWASP, CSV Injection. */
const formulaBehind = /([;,\t\r\n|"'])(?=\s*[=+\-@＝＋－＠])/g;
const formulaFirst = /^(?=\s*[=+\-@＝＋－＠]|[\t\r])/;

/**
 * Comma-separated values (RFC 4180), every cell quoted. Before whatever a spreadsheet would calculate stands a quote mark:
 * at the beginning of a cell, and behind every sign that some program takes for the end of one.
 */
export function csvText(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(text: string): string {
  return `"${text.replace(formulaBehind, "$1'").replace(formulaFirst, "'").replaceAll('"', '""')}"`;
}
