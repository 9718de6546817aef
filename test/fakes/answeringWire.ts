import type { Wire } from '../../src/engine/cos/wire';

/** A service that answers each operation with a document, and a HEAD with headers. */
export function wireOf(
  documents: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Wire {
  return {
    originOf: () => Promise.resolve('https://h'),
    send: async (request, _signal, consume) => {
      const body = Buffer.from(documents[request.op] ?? '');
      const answer = {
        status: 200,
        headers: { 'content-length': '0', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT', ...headers },
        pipe: () => Promise.resolve(),
        read: () => Promise.resolve(body),
        discard: () => undefined,
      };
      return await consume(answer, 'https://h');
    },
  };
}
