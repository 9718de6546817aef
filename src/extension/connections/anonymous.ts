import * as vscode from '../ui/vscode';
import type { AnonymousConnection, Connection } from '../../model/connection';
import { endpointOfLocation } from '../../model/location';
import type { Prompts, StepAnswer } from '../services';
import { askSteps, type Step } from '../ui/steps';
import { reportText, testConnection, type FormServices } from './connectionForm';
import { endpointSentence, nameSentence } from './draftSteps';
import { normalisedEndpoint } from './endpoint';
import { newConnectionId } from './newConnectionId';
import { withLocalEndpoints } from './localEndpoints';

interface AnonymousDraft {
  readonly endpoint: string;
  readonly bucket: string;
  readonly name: string;
}

/**
 * Adds or edits a connection to public buckets, which needs no credential. It is read-only: what everyone may do with a public
 * bucket of IBM Cloud is to read it.
 */
export async function fillInAnonymous(
  services: FormServices,
  before: AnonymousConnection | undefined,
): Promise<Connection | undefined> {
  const { connections, localServer, prompts } = services;
  const title = before === undefined ? vscode.l10n.t('Add Connection') : vscode.l10n.t('Edit "{0}"', before.name);
  let draft: AnonymousDraft = {
    endpoint: before?.endpoint ?? '',
    bucket: before?.extraBuckets?.[0] ?? '',
    name: before?.name ?? '',
  };
  for (;;) {
    const filled = await askSteps(title, anonymousSteps(prompts), draft);
    if (filled === undefined) return undefined;
    draft = filled;
    const taken = connections.list().map(({ id }) => id);
    const others = (before?.extraBuckets ?? []).slice(1);
    const asked: AnonymousConnection = {
      ...before,
      kind: 'anonymous',
      id: before?.id ?? newConnectionId(draft.name, taken),
      name: draft.name.trim(),
      endpoint: normalisedEndpoint(draft.endpoint),
      isReadOnly: true,
      extraBuckets: [...new Set([draft.bucket.trim(), ...others])],
    };
    const connection = withLocalEndpoints(asked, localServer.locationEndpoints());
    const report = await testConnection(services, connection, { kind: 'anonymous' });
    if (report.ok) {
      void prompts.info(reportText(connection, report.value));
    } else if (report.error.kind === 'cancelled' || !(await savesAnyway(services, report.error))) {
      continue;
    }
    await connections.save(connection);
    return connection;
  }
}

async function savesAnyway(
  { prompts, failures }: FormServices,
  error: Parameters<FormServices['failures']['sentence']>[0],
): Promise<boolean> {
  const saveAnyway = vscode.l10n.t('Save Anyway');
  return (await prompts.error(failures.sentence(error), vscode.l10n.t('Edit'), saveAnyway)) === saveAnyway;
}

function anonymousSteps(prompts: Prompts): readonly Step<AnonymousDraft>[] {
  return [
    {
      topic: 'endpoint',
      ask: async (draft, place) => {
        const options = {
          prompt: vscode.l10n.t('Endpoint URL of the location that the bucket is in'),
          placeHolder: endpointOfLocation('us-south'),
          value: draft.endpoint,
          validateInput: endpointSentence,
        };
        return withValue(await prompts.inputStep(options, place), (endpoint) => ({ ...draft, endpoint }));
      },
    },
    {
      ask: async (draft, place) => {
        const options = {
          prompt: vscode.l10n.t('Name of the public bucket; more are added with Add Bucket by Name'),
          value: draft.bucket,
          validateInput: (text: string) =>
            /^\s*[^\s/]+\s*$/.test(text)
              ? undefined
              : vscode.l10n.t('Enter the name of one bucket, without "/" or blanks.'),
        };
        return withValue(await prompts.inputStep(options, place), (bucket) => ({ ...draft, bucket }));
      },
    },
    {
      ask: async (draft, place) => {
        const options = {
          prompt: vscode.l10n.t('Name of the connection'),
          value: draft.name === '' ? draft.bucket : draft.name,
          validateInput: nameSentence,
        };
        return withValue(await prompts.inputStep(options, place), (name) => ({ ...draft, name }));
      },
    },
  ];
}

function withValue(answer: StepAnswer<string>, apply: (text: string) => AnonymousDraft): StepAnswer<AnonymousDraft> {
  return answer.kind === 'value' ? { kind: 'value', value: apply(answer.value) } : answer;
}
