import assert from 'node:assert/strict';

/** Fetches a URL without credentials and expects this status. Answers the body. */
export async function fetchAnonymously(url: string, status: number): Promise<Buffer> {
  const response = await fetch(url);
  const body = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, status, body.toString());
  return body;
}
