import {
  isLegalHoldId,
  maxLegalHolds,
  newHoldIdProblem,
  type LegalHold,
  type Protection,
  type RetentionEnd,
} from '../../model/protection';
import {
  extendedEnd,
  extensionProblem,
  type ExtensionProblem,
  type ObjectRetention,
  type RetentionExtension,
} from '../../model/retention';
import type { ObjectInfo } from '../../model/objectInfo';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import type { BucketProtectionOperations } from './bucketProtection';
import type { CosClient, ObjectAddress } from './client';
import { sendControl, sendControlOnce } from './control';
import { dateMs, isoSeconds } from './objectHeaders';
import { createObjectLock, type LockOperations } from './objectLock';
import { versionQuery } from './objects';
import { dateText, isRefusal, refused } from './refusal';
import type { Wire } from './wire';
import { childElement, childElements, childText, type XmlElement } from './xml';

/** Protection of objects. Every change answers with the protection afterwards. */
export interface ProtectionOperations extends LockOperations {
  /**
   * What protects an object or version, in at most two requests; the bucket's mechanism is asked once more, and only for
   * objects that nothing protects. `notFound`/`noSuchKey`; `denied` where the holds may not be listed.
   */
  getProtection(address: ObjectAddress, signal: AbortSignal): Promise<Protection>;
  /**
   * Adds a legal hold (`?legalHold&add`, data-plane §12.3). One that is there already is `conflict`/`holdExists`, unless
   * our own request, whose answer was lost, has put it there. `invalid` with `holdId`, `tooManyHolds` or `mechanism`.
   */
  addLegalHold(address: ObjectAddress, holdId: string, signal: AbortSignal): Promise<Protection>;
  /** Removes a legal hold; `notFound`/`noSuchHold` where there is none of that id. */
  removeLegalHold(address: ObjectAddress, holdId: string, signal: AbortSignal): Promise<Protection>;
  /**
   * Extends the retention of Immutable Object Storage (data-plane §12.4). `invalid` with the rule that is broken. Not
   * sent twice: after a lost answer the object is looked at.
   */
  extendRetention(address: ObjectAddress, extension: RetentionExtension, signal: AbortSignal): Promise<Protection>;
}

/** Operations over a wire. */
export function createProtection(
  wire: Wire,
  clock: EngineClock,
  headObject: CosClient['headObject'],
  buckets: BucketProtectionOperations,
): ProtectionOperations {
  async function getProtection(address: ObjectAddress, signal: AbortSignal): Promise<Protection> {
    const info = await headObject(address, signal);
    const { retention, objectLock } = info.protection;
    if (retention !== undefined) return await getRetention(address, info, signal);
    if (objectLock !== undefined) return { kind: 'objectLock', ...objectLock, ...versionOf(info) };
    return { kind: 'none', mechanism: await buckets.getMechanism(address.bucket, signal), ...versionOf(info) };
  }

  async function getRetention(address: ObjectAddress, info: ObjectInfo, signal: AbortSignal): Promise<Protection> {
    const { bucket, key } = address;
    const query = { legalHold: undefined, ...versionQuery(address) };
    const request = { op: 'ListLegalHolds', method: 'GET', bucket, key, query, repeatable: 'always' } as const;
    const answer = await sendControl(wire, request, signal);
    return retentionStateOf(answer.root('RetentionState'), info);
  }

  const holdsOf = async (address: ObjectAddress, signal: AbortSignal): Promise<readonly LegalHold[] | undefined> => {
    const now = await getProtection(address, signal);
    return now.kind === 'retention' ? now.holds : undefined;
  };
  const hasHold = async (address: ObjectAddress, holdId: string, signal: AbortSignal): Promise<boolean> =>
    (await holdsOf(address, signal))?.some(({ id }) => id === holdId) === true;

  return {
    getProtection,

    async addLegalHold(address, holdId, signal) {
      const op = 'AddLegalHold';
      requireNewHoldId(op, address, holdId);
      const { bucket, key } = address;
      const query = { legalHold: undefined, add: holdId };
      const request = { op, method: 'POST', bucket, key, query, repeatable: 'ifRefused' } as const;
      try {
        await sendControlOnce(wire, request, async () => await hasHold(address, holdId, signal), signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const { httpStatus } = error.error;
        if (httpStatus === 409) {
          const detail = `The legal hold "${holdId}" is on "${key}" already; it stays as it is.`;
          throw refused(op, address, { kind: 'conflict', refusal: 'holdExists', detail }, error);
        }
        throw httpStatus === 400 ? await holdRefusal(op, address, holdId, error, signal) : error;
      }
      return await getProtection(address, signal);
    },

    async removeLegalHold(address, holdId, signal) {
      const op = 'DeleteLegalHold';
      if (!isLegalHoldId(holdId)) requireNewHoldId(op, address, holdId);
      const { bucket, key } = address;
      const query = { legalHold: undefined, remove: holdId };
      const request = { op, method: 'POST', bucket, key, query, repeatable: 'ifRefused' } as const;
      try {
        await sendControlOnce(wire, request, async () => !(await hasHold(address, holdId, signal)), signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // What the service says to an unknown hold is not documented: any refusal is compared with what there is.
        const holds = await holdsOf(address, signal);
        if (holds === undefined) throw noRetention(op, address, error);
        if (holds.some(({ id }) => id === holdId)) throw error;
        const detail = `There is no legal hold "${holdId}" on "${key}".`;
        throw refused(op, address, { kind: 'notFound', refusal: 'noSuchHold', detail }, error);
      }
      return await getProtection(address, signal);
    },

    async extendRetention(address, extension, signal) {
      const op = 'ExtendObjectRetention';
      const before = await getProtection(address, signal);
      if (before.kind !== 'retention') throw noRetention(op, address);
      const problem = extensionProblem(before, extension, undefined, clock.nowMs());
      if (problem !== undefined) throw extensionRefusal(op, address, problem);
      const { bucket, key } = address;
      const headers = extensionHeaders(extension);
      const query = { extendRetention: undefined };
      const request = { op, method: 'POST', bucket, key, query, headers, repeatable: 'ifRefused' } as const;
      try {
        const isDone = async (): Promise<boolean> => {
          const now = await getProtection(address, signal);
          return now.kind === 'retention' && isExtended(before, now, extension);
        };
        await sendControlOnce(wire, request, isDone, signal);
      } catch (error) {
        if (!isRefusal(error) || error.error.httpStatus !== 400) throw error;
        throw await extensionRefused(op, address, before, extension, error, signal);
      }
      return await getProtection(address, signal);
    },

    ...createObjectLock(wire, clock, buckets, getProtection),
  };

  async function holdRefusal(
    op: string,
    address: ObjectAddress,
    holdId: string,
    error: CosFailure,
    signal: AbortSignal,
  ): Promise<CosFailure> {
    const holds = await holdsOf(address, signal);
    if (holds === undefined) return noRetention(op, address, error);
    if (holds.length >= maxLegalHolds) {
      const detail = `"${address.key}" has ${holds.length} legal holds; ${maxLegalHolds} is the most. Remove one first.`;
      return refused(op, address, { kind: 'invalid', refusal: 'tooManyHolds', detail }, error);
    }
    const detail = `The service does not accept "${holdId}" as the name of a legal hold.`;
    return refused(op, address, { kind: 'invalid', refusal: 'holdId', detail }, error);
  }

  async function extensionRefused(
    op: string,
    address: ObjectAddress,
    before: ObjectRetention,
    extension: RetentionExtension,
    error: CosFailure,
    signal: AbortSignal,
  ): Promise<CosFailure> {
    const protection = await buckets.getBucketProtection(address.bucket, signal).catch((thrown: unknown) => {
      if (thrown instanceof CosFailure && thrown.error.kind === 'denied') return undefined; // the answer stands alone
      throw thrown;
    });
    const policy = protection?.kind === 'retention' ? protection.policy : undefined;
    const problem = extensionProblem(before, extension, policy, clock.nowMs());
    return problem === undefined ? error : extensionRefusal(op, address, problem, error);
  }
}

function versionOf({ versionId }: ObjectInfo): { versionId?: string } {
  return versionId === undefined ? {} : { versionId };
}

/**
 * `RetentionState` (data-plane §12.3): IBM's page has `LegalHoldSet/LegalHold` and dates of RFC 1123, its service model
 * `LegalHolds/member` and ISO 8601. Both are read. What it leaves out is taken from the object's headers.
 */
function retentionStateOf(root: XmlElement, info: ObjectInfo): Protection {
  const periodText = childText(root, 'RetentionPeriod')?.trim() ?? '';
  const period = /^-?\d+$/.test(periodText) ? Number(periodText) : undefined;
  const createdAtMs = dateMs(childText(root, 'CreateTime')?.trim());
  const statedMs =
    dateMs(childText(root, 'RetentionPeriodExpirationDate')?.trim()) ?? info.protection.retention?.retainUntilMs;
  const untilMs =
    statedMs ?? (createdAtMs === undefined || period === undefined ? undefined : createdAtMs + period * 1000);
  const holds = [
    ...childElements(childElement(root, 'LegalHoldSet'), 'LegalHold'),
    ...childElements(childElement(root, 'LegalHolds'), 'member'),
    ...childElements(childElement(root, 'LegalHolds'), 'LegalHold'),
  ].flatMap((element): LegalHold[] => {
    const id = childText(element, 'ID');
    if (id === undefined) return [];
    const placedAtMs = dateMs(childText(element, 'Date')?.trim());
    return [{ id, ...(placedAtMs === undefined ? {} : { placedAtMs }) }];
  });
  return {
    kind: 'retention',
    end: retentionEnd(period, untilMs),
    ...(period === undefined ? {} : { periodSeconds: period }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    holds,
  };
}

/** Without a period or a date the retention is taken to have no end: the safe side for who wants to delete. */
function retentionEnd(period: number | undefined, untilMs: number | undefined): RetentionEnd {
  if (period === -2) return { kind: 'permanent' };
  if (period === -1 || untilMs === undefined) return { kind: 'indefinite' };
  return { kind: 'until', untilMs };
}

function requireNewHoldId(op: string, address: ObjectAddress, holdId: string): void {
  const problem = newHoldIdProblem(holdId);
  if (problem === undefined) return;
  const sentence = (): string => {
    switch (problem.kind) {
      case 'empty':
        return 'A legal hold needs a name.';
      case 'tooLong':
        return `The name of a legal hold has ${problem.maxCharacters} characters at most.`;
      case 'character':
        return `The name of a legal hold must not hold "${problem.character}": letters, digits and ! _ . * ( ) - are allowed.`;
    }
  };
  throw refused(op, address, { kind: 'invalid', refusal: 'holdId', detail: sentence() });
}

function noRetention(op: string, address: ObjectAddress, cause?: CosFailure): CosFailure {
  const detail = `"${address.key}" has no retention of its own: only objects in a bucket with a retention policy have, from when they are written.`;
  return refused(op, address, { kind: 'invalid', refusal: 'mechanism', detail }, cause);
}

function extensionHeaders(extension: RetentionExtension): Readonly<Record<string, string>> {
  switch (extension.kind) {
    case 'additional':
      return { 'additional-retention-period': String(extension.seconds) };
    case 'fromNow':
      return { 'extend-retention-from-current-time': String(extension.seconds) };
    case 'until':
      return { 'new-retention-expiration-date': isoSeconds(extension.untilMs) };
    case 'period':
      return { 'new-retention-period': String(extension.seconds) };
  }
}

/** Whether an extension whose answer was lost has happened. Ends are told to the second. */
function isExtended(before: ObjectRetention, now: ObjectRetention, extension: RetentionExtension): boolean {
  if (now.end.kind !== 'until') return now.end.kind !== before.end.kind;
  if (before.end.kind !== 'until') return true;
  if (extension.kind === 'fromNow') return now.end.untilMs > before.end.untilMs;
  const wanted = extendedEnd(before, extension, 0);
  return wanted?.kind === 'until' && now.end.untilMs > before.end.untilMs && now.end.untilMs >= wanted.untilMs - 1000;
}

function extensionRefusal(
  op: string,
  address: ObjectAddress,
  problem: ExtensionProblem,
  cause?: CosFailure,
): CosFailure {
  const { key } = address;
  const sentence = (): string => {
    switch (problem.kind) {
      case 'notWholeSeconds':
        return 'A retention is extended by a whole number of seconds, or to a date.';
      case 'permanentAlready':
        return `"${key}" is retained forever; that cannot be changed.`;
      case 'permanentNotAllowed':
        return `The bucket "${address.bucket}" does not allow to retain an object forever.`;
      case 'additionToIndefinite':
        return `"${key}" is retained without end already. Give a date or a period instead.`;
      case 'notLater':
        return `"${key}" is retained until ${dateText(problem.untilMs)} already; retention can only get longer.`;
      case 'tooLate':
        return `The bucket "${address.bucket}" allows retention until ${dateText(problem.latestMs)} at most.`;
      case 'outsidePolicy':
        return `The bucket "${address.bucket}" allows retention of ${problem.minimumDays} to ${problem.maximumDays} days.`;
    }
  };
  const isOutside =
    problem.kind === 'tooLate' || problem.kind === 'outsidePolicy' || problem.kind === 'permanentNotAllowed';
  const refusal = isOutside ? 'retentionOutsidePolicy' : 'retentionNotLater';
  return refused(op, address, { kind: 'invalid', refusal, detail: sentence() }, cause);
}
