import type { BackupResource, DocumentProblem, DocumentSubject, OpenedDocument } from '../../model/configDocument';
import type { EditedDocument } from '../../protocol/documents';
import type { EngineRequests } from '../../protocol/requests';
import type { EngineClock } from '../clock';
import type { EngineHandlers } from '../engine';
import { asFailure, CosFailure } from '../failure';
import type { ClientFor } from '../requests/buckets';
import { policyDocument } from './backup/policy';
import { rangeDocument } from './backup/range';
import { vaultDocument } from './backup/vault';
import { aclDocument } from './bucket/acl';
import { activityTrackingDocument } from './bucket/activityTracking';
import { corsDocument } from './bucket/cors';
import { firewallDocument } from './bucket/firewall';
import { lifecycleDocument } from './bucket/lifecycle';
import { metricsMonitoringDocument } from './bucket/metricsMonitoring';
import { objectLockDocument } from './bucket/objectLock';
import { publicAccessBlockDocument } from './bucket/publicAccessBlock';
import { quotaDocument } from './bucket/quota';
import { replicationDocument } from './bucket/replication';
import { retentionPolicyDocument } from './bucket/retentionPolicy';
import { tagsDocument } from './bucket/tags';
import { versioningDocument } from './bucket/versioning';
import { websiteDocument } from './bucket/website';
import { withFactsOf } from './facts';
import { propertiesDocument } from './object/properties';
import type { DocumentContext, DocumentKind, ReadKind } from './kind';
import { parseDocument, type ParsedDocument } from './parse';
import { selectionChange } from './selection/change';
import { selectionDocument } from './selection/selection';
import type { SelectionState } from './selection/state';

type DocumentMethods = Extract<keyof EngineRequests, `documents/${string}`>;

/** The kind of a subject's document. */
function kindOf(subject: DocumentSubject): ReadKind<unknown> {
  return subject.kind === 'selection' ? selectionDocument(subject) : plannedKindOf(subject, 'documents/open');
}

function plannedKindOf(subject: DocumentSubject, op: string): DocumentKind<unknown> {
  switch (subject.kind) {
    case 'object':
      return propertiesDocument(subject);
    case 'selection': {
      const detail = 'a selection is changed by a transfer';
      throw new CosFailure({ kind: 'unsupported', op, retry: 'never', detail });
    }
    case 'bucket':
      return bucketDocument(subject);
    case 'backup':
      return backupDocument(subject.resource);
  }
}

function bucketDocument(subject: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  switch (subject.topic) {
    case 'versioning':
      return versioningDocument(subject);
    case 'retentionPolicy':
      return retentionPolicyDocument(subject);
    case 'objectLock':
      return objectLockDocument(subject);
    case 'lifecycle':
      return lifecycleDocument(subject);
    case 'cors':
      return corsDocument(subject);
    case 'website':
      return websiteDocument(subject);
    case 'tags':
      return tagsDocument(subject);
    case 'quota':
      return quotaDocument(subject);
    case 'firewall':
      return firewallDocument(subject);
    case 'activityTracking':
      return activityTrackingDocument(subject);
    case 'metricsMonitoring':
      return metricsMonitoringDocument(subject);
    case 'publicAccessBlock':
      return publicAccessBlockDocument(subject);
    case 'acl':
      return aclDocument(subject);
    case 'replication':
      return replicationDocument(subject);
  }
}

function backupDocument(resource: BackupResource): DocumentKind<unknown> {
  switch (resource.kind) {
    case 'policy':
      return policyDocument(resource);
    case 'vault':
      return vaultDocument(resource);
    case 'range':
      return rangeDocument(resource);
  }
}

/** Requests about configuration documents. The engine keeps nothing between them. */
export function createDocumentHandlers(
  clientFor: ClientFor,
  clock: EngineClock,
): Pick<EngineHandlers, DocumentMethods> {
  const contextFor = async ({ connectionId }: DocumentSubject, signal: AbortSignal): Promise<DocumentContext> => ({
    client: await clientFor(connectionId, signal),
    nowMs: clock.nowMs(),
  });
  return {
    'documents/open': async ({ subject, keeping }, signal) =>
      await open(kindOf(subject), await contextFor(subject, signal), keeping, signal),
    'documents/summary': async ({ subject }, signal) => {
      const kind = kindOf(subject);
      const state = await kind.read(await contextFor(subject, signal), signal);
      return { text: kind.summary?.(state) ?? '' };
    },
    'documents/check': async (edited) => {
      const { document, state } = taken(edited, 'documents/check');
      const kind = kindOf(edited.subject);
      return problemsOf(kind, document, state, clock.nowMs());
    },
    'documents/plan': async (edited) => {
      const op = 'documents/plan';
      const { document, state } = taken(edited, op);
      const kind = plannedKindOf(edited.subject, op);
      refuseProblems(problemsOf(kind, document, state, clock.nowMs()), op);
      return kind.plan(document, state, clock.nowMs()).map(({ id, operation, sentence, irreversible }) => ({
        id,
        operation,
        sentence,
        ...(irreversible === undefined ? {} : { irreversible }),
      }));
    },
    'documents/change': async (edited, signal) => {
      const op = 'documents/change';
      if (edited.subject.kind !== 'selection') {
        const detail = 'only a selection is changed by a transfer';
        throw new CosFailure({ kind: 'unsupported', op, retry: 'never', detail });
      }
      const { document, state } = taken(edited, op);
      const context = await contextFor(edited.subject, signal);
      const now = await readAgain(kindOf(edited.subject), { document, state, op }, context, signal);
      return selectionChange(document, now as SelectionState, context.nowMs);
    },
    'documents/apply': async ({ confirmed, ...edited }, signal) => {
      const op = 'documents/apply';
      const { document, state } = taken(edited, op);
      const kind = plannedKindOf(edited.subject, op);
      const context = await contextFor(edited.subject, signal);
      const now = await readAgain(kind, { document, state, op }, context, signal);
      const steps = kind.plan(document, now, context.nowMs);
      const unconfirmed = steps.find(({ id, irreversible }) => irreversible !== undefined && !confirmed.includes(id));
      if (unconfirmed !== undefined) {
        const detail = `${unconfirmed.operation} cannot be undone and was not confirmed; nothing was applied`;
        throw new CosFailure({ kind: 'invalid', reason: 'notConfirmed', op, retry: 'never', detail });
      }
      const applied: string[] = [];
      let failed: { stepId: string; error: CosFailure['error'] } | undefined;
      for (const step of steps) {
        try {
          await step.run(context, signal);
          applied.push(step.id);
        } catch (error) {
          failed = { stepId: step.id, error: asFailure(error, op).error };
          break;
        }
      }
      const after = await open(kind, context, edited.text, signal).catch(() => undefined);
      return {
        applied,
        ...(failed === undefined ? {} : { failed }),
        ...(after === undefined ? {} : { document: after }),
      };
    },
  };
}

/** The subject as it is now, where the text may be applied to it; throws where it may not. */
async function readAgain(
  kind: ReadKind<unknown>,
  { document, state, op }: { document: ParsedDocument; state: unknown; op: string },
  context: DocumentContext,
  signal: AbortSignal,
): Promise<unknown> {
  refuseProblems(problemsOf(kind, document, state, context.nowMs), op);
  const now = await kind.read(context, signal);
  const isSame = kind.isSame?.(state, now) ?? JSON.stringify(state) === JSON.stringify(now);
  if (!isSame) {
    const detail = 'the configuration was changed since it was read; nothing was applied';
    throw new CosFailure({ kind: 'preconditionFailed', reason: 'changedMeanwhile', op, retry: 'never', detail });
  }
  // What surrounds the subject, such as a bucket's policy, may have changed without it.
  // Facts move on by themselves, and the text still has the old ones.
  const problems = problemsOf(kind, document, now, context.nowMs);
  refuseProblems(
    problems.filter(({ code }) => code !== 'factEdited'),
    op,
  );
  return now;
}

async function open(
  kind: ReadKind<unknown>,
  context: DocumentContext,
  keeping: string | undefined,
  signal: AbortSignal,
): Promise<OpenedDocument> {
  const state = await kind.read(context, signal);
  const text = kind.print(state);
  const readOnlyReason = kind.readOnlyReason?.(state, context.nowMs);
  return {
    text,
    baseline: JSON.stringify(state),
    ...(readOnlyReason === undefined ? {} : { readOnlyReason }),
    ...(keeping === undefined ? {} : { kept: withFactsOf(keeping, text) }),
  };
}

function taken({ text, baseline }: EditedDocument, op: string): { document: ParsedDocument; state: unknown } {
  try {
    return { document: parseDocument(text), state: JSON.parse(baseline) as unknown };
  } catch {
    throw new CosFailure({ kind: 'internal', op, retry: 'never', detail: 'the baseline is not one of this engine' });
  }
}

function problemsOf(
  kind: ReadKind<unknown>,
  document: ParsedDocument,
  state: unknown,
  nowMs: number,
): readonly DocumentProblem[] {
  if (document.syntaxProblems.length > 0) return document.syntaxProblems;
  return kind.check(document, state, nowMs);
}

function refuseProblems(problems: readonly DocumentProblem[], op: string): void {
  const first = problems.find(({ severity }) => severity === 'error');
  if (first === undefined) return;
  throw new CosFailure({ kind: 'invalid', reason: 'documentProblems', op, retry: 'never', detail: first.message });
}
