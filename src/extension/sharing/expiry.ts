import { readLocalMoment } from '../versions/versionCommands';

const unitSeconds = { m: 60, h: 3600, d: 86_400 } as const;
/** The service counts in twelve digits; a link for more than a century is a slip. */
const maxSeconds = 100 * 366 * 86_400;

/** Seconds until a link expires, from `90m`, `36h`, `45d`, or a date and time of this machine; undefined when it is neither, or over. */
export function readExpiry(text: string, nowMs: number): number | undefined {
  const match = /^\s*(\d{1,7})\s*([mhd])\s*$/i.exec(text);
  const momentMs = readLocalMoment(text);
  const seconds =
    match === null
      ? momentMs === undefined
        ? undefined
        : Math.floor((momentMs - nowMs) / 1000)
      : Number(match[1]) * unitSeconds[match[2]?.toLowerCase() as keyof typeof unitSeconds];
  return seconds === undefined || seconds < 1 || seconds > maxSeconds ? undefined : seconds;
}
