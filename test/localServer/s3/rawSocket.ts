import { connect } from 'node:net';

/**
 * Sends bytes over a connection of their own and returns all that came back before it closed. With `end` the client says
 * that it will send nothing more; without, the server must be the one to close.
 */
export async function sendRaw(endpoint: string, bytes: string | Buffer, options: { end: boolean }): Promise<string> {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  if (options.end) socket.end(data);
  else socket.write(data);
  await new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

/** Status and code of the first answer, `closed` when there is none. */
export function verdictOf(answer: string): string {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
  const [, code] = /<Code>([^<]*)<\/Code>/.exec(answer) ?? [];
  return status === undefined ? 'closed' : `${status} ${code ?? ''}`.trim();
}
