/** An account of IBM Cloud that a person may sign in to. */
export interface Account {
  readonly id: string;
  readonly name: string;
}

/** What signing in with a one-time passcode brings. Secret. */
export interface PasscodeSession {
  readonly refreshToken: string;
  /** Those to choose from; a token is bound to one of them. */
  readonly accounts: readonly Account[];
}
