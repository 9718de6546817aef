import { randomInt } from 'node:crypto';
import type { Clock } from '../contracts';

const lifetimeMs = 5 * 60_000;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** One-time passcodes: each opens one session, within five minutes. */
export class Passcodes {
  private readonly clock: Clock;
  private readonly expiresAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  create(): string {
    for (const [passcode, atMs] of this.expiresAtMs) if (atMs <= this.clock.nowMs()) this.expiresAtMs.delete(passcode);
    const passcode = Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('');
    this.expiresAtMs.set(passcode, this.clock.nowMs() + lifetimeMs);
    return passcode;
  }

  /** Whether the passcode is good; it is not afterwards. */
  redeem(passcode: string): boolean {
    const expiresAtMs = this.expiresAtMs.get(passcode);
    this.expiresAtMs.delete(passcode);
    return expiresAtMs !== undefined && this.clock.nowMs() < expiresAtMs;
  }

  /** The page on which a person finds a passcode to copy. */
  page(): string {
    return [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>One-time passcode</title>',
      '<style>body{font-family:system-ui,sans-serif;margin:4rem auto;max-width:32rem}code{font-size:2rem}</style></head>',
      '<body><h1>One-time passcode</h1><p>Copy this passcode into the program that asked for it. ',
      `It works once, within five minutes.</p><p><code id="passcode">${this.create()}</code></p></body></html>`,
    ].join('');
  }
}
