/** What the command tells the shell. */
export const exitCodes = { done: 0, failed: 1, usage: 2, partlyFailed: 3, cancelled: 130 } as const;

/** One of the codes that the command ends with. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command line itself is wrong: a sentence, and the verb whose help to show. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
