/** Why the server cannot start: one sentence for the person who started it, with what to do about it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The `code` of a Node system error such as `EACCES`, absent for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
