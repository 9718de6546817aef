import type { DocumentProblem } from '../../../model/configDocument';
import {
  isLegalHoldId,
  isOverwriteRefused,
  maxLegalHolds,
  newHoldIdProblem,
  obstaclesOf,
  type Protection,
} from '../../../model/protection';
import {
  extensionProblem,
  lockProblem,
  type ExtensionProblem,
  type RetentionExtension,
} from '../../../model/retention';
import { factDate } from '../facts';
import { holdIdText } from './attributeSentences';
import type { JsonPath, ParsedDocument } from '../parse';
import { unknownNames } from '../rules';
import type { PropertiesState } from './state';
import { isSameEnd, isSameLock, protectionWish } from './protectionWish';

type Report = (path: JsonPath, code: string, message: string) => DocumentProblem;

/** What is wrong with retention, legal holds and lock (rules 82, 83, 87–94). */
export function protectionProblems(
  document: ParsedDocument,
  state: PropertiesState,
  nowMs: number,
): readonly DocumentProblem[] {
  const { protection } = state.object;
  const report: Report = (path, code, message) => document.problem(path, { severity: 'error', code, message });
  return [
    ...wrongMechanism(document, protection),
    ...retentionProblems(document, state, nowMs, report),
    ...holdProblems(document, protection, report),
    ...lockProblems(document, protection, nowMs, report),
  ];
}

/** How an extension to a date, or without end, is asked for. */
export function extensionTo(
  end: { readonly kind: 'until'; readonly untilMs: number } | { readonly kind: 'indefinite' | 'permanent' },
): RetentionExtension {
  switch (end.kind) {
    case 'until':
      return { kind: 'until', untilMs: end.untilMs };
    case 'indefinite':
      return { kind: 'period', seconds: -1 };
    case 'permanent':
      return { kind: 'period', seconds: -2 };
  }
}

/** Why headers and metadata cannot be changed, or undefined: a change of them overwrites the object (rule 91). */
export function overwriteRefusal(state: PropertiesState, nowMs: number): string | undefined {
  const { protection } = state.object;
  if (protection === undefined || !isOverwriteRefused(protection, nowMs)) return undefined;
  const [first] = obstaclesOf(protection, nowMs);
  const why = ((): string => {
    switch (first?.kind) {
      case 'retained':
      case 'locked':
        return `retained until ${factDate(first.untilMs) ?? ''}`;
      case 'indefinite':
        return 'retained without end';
      case 'permanent':
        return 'retained forever';
      case 'legalHold':
        return `under the legal hold '${first.hold.id}'`;
      case 'lockHold':
      case undefined:
        return 'protected';
    }
  })();
  return `The object is ${why}, and changing its headers or metadata would overwrite it. Tags can be changed.`;
}

/** Parts that the bucket has no mechanism for. */
function wrongMechanism(document: ParsedDocument, protection: Protection | undefined): readonly DocumentProblem[] {
  const mechanism =
    protection === undefined ? 'unreadable' : protection.kind === 'none' ? protection.mechanism : protection.kind;
  const hasRetention = mechanism === 'retention';
  const hasLock = mechanism === 'objectLock';
  const ofNone = (part: string): readonly DocumentProblem[] => {
    if (document.valueAt([part]) === undefined) return [];
    const message = mechanismText(part, mechanism);
    return [document.problem([part], { severity: 'error', code: 'mechanism', message }, 'ofName')];
  };
  return [
    ...(hasRetention && protection?.kind === 'retention' ? [] : ofNone('retention')),
    ...(hasRetention ? [] : ofNone('legalHolds')),
    ...(hasLock ? [] : ofNone('objectLock')),
  ];
}

function mechanismText(part: string, mechanism: string): string {
  switch (mechanism) {
    case 'unreadable':
    case 'unknown':
      return `It could not be read how the bucket protects objects, so "${part}" cannot be changed here.`;
    case 'objectLock':
      return `This bucket has Object Lock, and no retention policy: use "objectLock" instead of "${part}".`;
    case 'retention':
      return part === 'retention'
        ? 'This object has no retention that could be extended; it gets one when it is written.'
        : 'This bucket has a retention policy, and no Object Lock: use "retention" and "legalHolds".';
    default:
      return `This bucket has neither a retention policy nor Object Lock; "${part}" means nothing here.`;
  }
}

function retentionProblems(
  document: ParsedDocument,
  { object: { protection }, policy }: PropertiesState,
  nowMs: number,
  report: Report,
): readonly DocumentProblem[] {
  if (protection?.kind !== 'retention') return [];
  const path = ['retention', 'until'];
  const { end } = protectionWish(document);
  const unknown = unknownNames(document, ['retention'], ['until']);
  if (end === undefined) return unknown;
  if (end.kind === 'problem') {
    const message = 'Write a date such as "2030-01-31" or "2030-01-31T12:00:00Z", "indefinite" or "permanent".';
    return [...unknown, report(path, 'date', message)];
  }
  if (isSameEnd(protection.end, end)) return unknown;
  if (end.kind === 'until' && end.untilMs % 1000 !== 0) {
    return [...unknown, report(path, 'wholeSeconds', 'The service keeps whole seconds; leave the fraction out.')];
  }
  const problem = extensionProblem(protection, extensionTo(end), policy, nowMs);
  return problem === undefined ? unknown : [...unknown, report(path, problem.kind, extensionText(problem))];
}

/** Why a retention cannot be extended so, in a sentence. */
export function extensionText(problem: ExtensionProblem): string {
  switch (problem.kind) {
    case 'notWholeSeconds':
      return 'A retention is a whole number of seconds.';
    case 'permanentAlready':
      return 'The object is retained forever, which nothing can change.';
    case 'permanentNotAllowed':
      return "The bucket's retention policy does not allow objects to be retained forever.";
    case 'additionToIndefinite':
      return 'The object is retained without end already; give an end instead.';
    case 'notLater':
      return `A retention never gets shorter; choose a date after ${factDate(problem.untilMs) ?? ''}.`;
    case 'tooLate':
      return `The bucket's retention policy allows dates up to ${factDate(problem.latestMs) ?? ''}.`;
    case 'outsidePolicy':
      return `The bucket's retention policy allows ${problem.minimumDays} to ${problem.maximumDays} days from the object's creation.`;
  }
}

function holdProblems(
  document: ParsedDocument,
  protection: Protection | undefined,
  report: Report,
): readonly DocumentProblem[] {
  const isPossible =
    protection?.kind === 'retention' || (protection?.kind === 'none' && protection.mechanism === 'retention');
  if (!isPossible) return [];
  const value = document.valueAt(['legalHolds']);
  if (value === undefined) {
    return [report(['legalHolds'], 'part', '"legalHolds" is missing. Write "legalHolds": [] to remove all of them.')];
  }
  if (!Array.isArray(value)) return [report(['legalHolds'], 'part', '"legalHolds" is a list of ids, in brackets.')];
  const known = new Set(protection.kind === 'retention' ? protection.holds.map(({ id }) => id) : []);
  const problems = value.flatMap((id: unknown, at): readonly DocumentProblem[] => {
    const path = ['legalHolds', at];
    if (typeof id !== 'string') return [report(path, 'text', 'The id of a legal hold is a text, in quotation marks.')];
    if (value.indexOf(id) !== at)
      return [report(path, 'holdExists', `The legal hold '${id}' stands here twice. Keep one.`)];
    if (known.has(id) && isLegalHoldId(id)) return [];
    const problem = newHoldIdProblem(id);
    return problem === undefined ? [] : [report(path, 'holdId', holdIdText(problem))];
  });
  if (value.length <= maxLegalHolds) return problems;
  const message = `An object has at most ${maxLegalHolds} legal holds; here are ${value.length}.`;
  return [...problems, document.problem(['legalHolds'], { severity: 'error', code: 'holdCount', message }, 'ofName')];
}

function lockProblems(
  document: ParsedDocument,
  protection: Protection | undefined,
  nowMs: number,
  report: Report,
): readonly DocumentProblem[] {
  const isPossible =
    protection?.kind === 'objectLock' || (protection?.kind === 'none' && protection.mechanism === 'objectLock');
  if (!isPossible) return [];
  const { lock } = protectionWish(document);
  if (lock === undefined) {
    return [report(['objectLock'], 'part', '"objectLock" is missing. Write it with "mode": null to remove a lock.')];
  }
  const hold = document.valueAt(['objectLock', 'legalHold']);
  const problems = [
    ...unknownNames(document, ['objectLock'], ['mode', 'retainUntil', 'legalHold', 'bypassGovernance']),
    ...(typeof hold === 'boolean'
      ? []
      : [report(['objectLock', 'legalHold'], 'boolean', '"legalHold" is true or false.')]),
  ];
  if (lock.retention === 'problem') return [...problems, lockShape(document, report)];
  if (isSameLock(protection, lock.retention)) return problems;
  const wanted = lock.retention ?? undefined;
  const problem = lockProblem(protection, wanted, lock.bypassGovernance, nowMs);
  if (problem === undefined) return problems;
  const path = ['objectLock', 'retainUntil'];
  switch (problem.kind) {
    case 'past':
      return [...problems, report(path, 'past', 'A lock ends in the future; choose a later date.')];
    case 'complianceWeaker': {
      const message = `A COMPLIANCE lock only gets later, for everybody; choose a date after ${factDate(problem.untilMs) ?? ''}.`;
      return [...problems, report(path, 'complianceWeaker', message)];
    }
    case 'needsBypass': {
      const message = `The version is locked until ${factDate(problem.untilMs) ?? ''}. Making that weaker needs the permission to bypass GOVERNANCE, and "bypassGovernance": true.`;
      const found = report(path, 'needsBypass', message);
      return [...problems, { ...found, fixes: bypassFix(document) }];
    }
  }
}

function bypassFix(document: ParsedDocument): NonNullable<DocumentProblem['fixes']> {
  const names = document.namesAt(['objectLock']);
  if (names.includes('bypassGovernance')) {
    const { offset, length } = document.problem(['objectLock', 'bypassGovernance'], {
      severity: 'error',
      code: '',
      message: '',
    });
    return [{ title: 'Bypass GOVERNANCE', edits: [{ offset, length, text: 'true' }] }];
  }
  const last = names.at(-1);
  if (last === undefined) return [];
  const { offset, length } = document.problem(['objectLock', last], { severity: 'error', code: '', message: '' });
  return [
    {
      title: 'Bypass GOVERNANCE',
      edits: [{ offset: offset + length, length: 0, text: ',\n    "bypassGovernance": true' }],
    },
  ];
}

function lockShape(document: ParsedDocument, report: Report): DocumentProblem {
  const mode = document.valueAt(['objectLock', 'mode']);
  if (mode !== null && mode !== undefined && mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    return report(['objectLock', 'mode'], 'lockMode', 'The mode is "GOVERNANCE", "COMPLIANCE", or null for none.');
  }
  if (mode === null || mode === undefined) {
    return report(['objectLock', 'mode'], 'lockMode', 'A date needs a mode: "GOVERNANCE" or "COMPLIANCE".');
  }
  return report(['objectLock', 'retainUntil'], 'date', 'Write a date such as "2030-01-31" or "2030-01-31T12:00:00Z".');
}
