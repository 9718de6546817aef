/** What is stored is not what was stored. The message is for whoever asked for it, and names it. */
export class DamagedError extends Error {}

/** Reads a stored JSON document; one that is none is damaged. `what` names it, with what it belongs to. */
export function parseStored<T>(text: string, what: () => string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new DamagedError(`${what()} cannot be read: its record in the data folder of the local server is damaged.`);
  }
}
