import * as vscode from '../ui/vscode';
import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import { keyProblem, objectKey } from '../../model/ids';
import { attachmentDisposition, type LinkWish } from '../../model/link';
import { objectScheme } from '../../model/objectUri';
import type { CommandOutcome, CommandServices } from '../command/command';
import { keySentence } from '../command/pickTarget';
import type { FolderTarget, ObjectTarget } from '../command/targets';
import type { StepAnswer, StepPlace } from '../services';
import { formatMoment } from '../ui/format';
import { askSteps, type Step } from '../ui/steps';
import { readExpiry } from './expiry';
import { noteLink } from './ledger';

/** What a link is made for. */
interface LinkPlace {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly versionId?: string;
}

interface Draft {
  readonly name?: string;
  readonly expiresSeconds?: number;
  readonly headers: { readonly contentDisposition?: string; readonly contentType?: string };
}

/** Makes a link that opens one object for whoever has it, and copies it. */
export async function copyDownloadLink(services: CommandServices, object: ObjectTarget): Promise<CommandOutcome> {
  if (!(await canSign(services, object.connectionId))) return;
  const { prompts } = services;
  const draft = await askSteps<Draft>(
    vscode.l10n.t('Presigned URL of "{0}"', object.key),
    [expiryStep(services), { ask: async (state, place) => await askHeaders(services, object.key, state, place) }],
    { headers: {} },
  );
  if (draft?.expiresSeconds === undefined) return;
  const wish: LinkWish = { method: 'GET', expiresSeconds: draft.expiresSeconds, ...draft.headers };
  return await copyLink({ ...services, prompts }, object, wish);
}

/** Makes a link by which whoever has it writes one object, and copies it. */
export async function copyUploadLink(services: CommandServices, folder: FolderTarget): Promise<CommandOutcome> {
  if (!(await canSign(services, folder.connectionId))) return;
  const draft = await askSteps<Draft>(
    vscode.l10n.t('Presigned URL for Upload'),
    [
      {
        ask: async (state, place) =>
          step(
            await services.prompts.inputStep(
              {
                value: state.name ?? folder.prefix,
                prompt: vscode.l10n.t('Key in "{0}" that the link writes; what is there is replaced', folder.bucket),
                validateInput: (text) => keySentence(text),
              },
              place,
            ),
            (name) => ({ ...state, name }),
          ),
      },
      expiryStep(services),
    ],
    { headers: {} },
  );
  if (draft?.name === undefined || draft.expiresSeconds === undefined || keyProblem(draft.name) !== undefined) return;
  const { connectionId, bucket } = folder;
  const place = { connectionId, bucket, key: objectKey(draft.name) };
  return await copyLink(services, place, { method: 'PUT', expiresSeconds: draft.expiresSeconds });
}

/** Has a link signed, copies it, notes that it was made, and says what it can do. */
export async function copyLink(
  services: CommandServices,
  { connectionId, bucket, key, versionId }: LinkPlace,
  wish: LinkWish,
): Promise<CommandOutcome> {
  const place = { connectionId, bucket, key, ...(versionId === undefined ? {} : { versionId }) };
  const made = await services.engine.send('links/create', { ...place, wish });
  if (!made.ok) return made;
  const { url, expiresAtMs } = made.value;
  await vscode.env.clipboard.writeText(url);
  await noteLink(services.memory, { ...place, wish, madeAtMs: Date.now(), expiresAtMs });
  const until = formatMoment(expiresAtMs);
  const text =
    wish.method === 'GET'
      ? vscode.l10n.t('Copied a link. Until {0} whoever has it can read "{1}", and nothing else.', until, key)
      : vscode.l10n.t(
          'Copied a link. Until {0} whoever has it can write "{1}" with an HTTP PUT, as often as they like.',
          until,
          key,
        );
  void services.prompts.info(
    `${text} ${vscode.l10n.t('It cannot be taken back, but ends with the HMAC credential that signed it.')}`,
  );
  return;
}

/** Whether a connection can sign links; says plainly why not, and what would. */
export async function canSign(services: CommandServices, connectionId: ConnectionId): Promise<boolean> {
  const { connections, prompts } = services;
  if (connections.get(connectionId)?.kind !== 'iam') return true; // one that is gone is the engine's to tell
  const credential = await connections.findCredential(connectionId);
  if (credential?.kind === 'apiKey' && credential.hmac !== undefined) return true;
  const create = vscode.l10n.t('Create HMAC Key…');
  const add = vscode.l10n.t('Add HMAC Connection…');
  const message = vscode.l10n.t('A presigned URL needs HMAC credentials');
  const detail = vscode.l10n.t(
    'A presigned URL carries a signature made with an HMAC secret access key. This connection signs in with an API key, and a token of IAM can sign nothing. Create a service credential with an HMAC key for it now, or add a key pair that you have as another connection to the same buckets.',
  );
  const answer = await prompts.confirm(message, detail, create, add);
  if (answer === create) {
    const uri = vscode.Uri.from({ scheme: objectScheme, authority: connectionId, path: '/' });
    await vscode.commands.executeCommand('ibmcos.connection.createHmacKey', uri);
  }
  if (answer === add) await vscode.commands.executeCommand('ibmcos.connection.add');
  return false;
}

const offeredSeconds = [15 * 60, 3600, 86_400, 7 * 86_400, 30 * 86_400] as const;

function expiryStep({ prompts }: CommandServices): Step<Draft> {
  return {
    ask: async (state, place) => {
      const names = [
        vscode.l10n.t('15 minutes'),
        vscode.l10n.t('1 hour'),
        vscode.l10n.t('1 day'),
        vscode.l10n.t('7 days'),
        vscode.l10n.t('30 days'),
      ];
      const items: (vscode.QuickPickItem & { readonly seconds?: number })[] = offeredSeconds.map((seconds, at) => ({
        label: names[at] ?? '',
        description: vscode.l10n.t('until {0}', formatMoment(Date.now() + seconds * 1000)),
        seconds,
      }));
      items.push({ label: vscode.l10n.t('Another Time…') });
      const activeLabel = names[1] ?? '';
      const placeHolder = vscode.l10n.t('How long the link works; COS sets no limit');
      const picked = await prompts.pickStep(items, { placeHolder, activeLabel }, place);
      if (picked.kind !== 'value') return picked;
      if (picked.value.seconds !== undefined) {
        return { kind: 'value', value: { ...state, expiresSeconds: picked.value.seconds } };
      }
      return await typedExpiry({ prompts }, state, place);
    },
  };
}

async function typedExpiry(
  { prompts }: Pick<CommandServices, 'prompts'>,
  state: Draft,
  place: StepPlace,
): Promise<StepAnswer<Draft>> {
  const typed = await prompts.inputStep(
    {
      prompt: vscode.l10n.t(
        'Minutes, hours or days such as 90m, 36h, 45d, or a date and time such as 2026-12-31 18:00',
      ),
      value: '90d',
      validateInput: (text) =>
        readExpiry(text, Date.now()) === undefined
          ? vscode.l10n.t('Enter a time in the future, such as 90m, 36h, 45d or 2026-12-31 18:00.')
          : undefined,
    },
    place,
  );
  if (typed.kind !== 'value') return typed;
  const expiresSeconds = readExpiry(typed.value, Date.now());
  return expiresSeconds === undefined ? { kind: 'cancel' } : { kind: 'value', value: { ...state, expiresSeconds } };
}

async function askHeaders(
  { prompts }: CommandServices,
  key: ObjectKey,
  state: Draft,
  place: StepPlace,
): Promise<StepAnswer<Draft>> {
  const fileName = key.split('/').findLast((segment) => segment !== '') ?? key;
  const items: (vscode.QuickPickItem & { readonly headers?: Draft['headers'] })[] = [
    { label: vscode.l10n.t('As It Is Stored'), headers: {} },
    {
      label: vscode.l10n.t('As a Download'),
      description: vscode.l10n.t('browsers save it as "{0}"', fileName),
      headers: { contentDisposition: attachmentDisposition(fileName) },
    },
    { label: vscode.l10n.t('In the Browser'), headers: { contentDisposition: 'inline' } },
    { label: vscode.l10n.t('As Another Content Type…') },
  ];
  const picked = await prompts.pickStep(items, { placeHolder: vscode.l10n.t('How it opens') }, place);
  if (picked.kind !== 'value') return picked;
  const { headers } = picked.value;
  if (headers !== undefined) return { kind: 'value', value: { ...state, headers } };
  const typed = await prompts.inputStep(
    {
      prompt: vscode.l10n.t('Content type that the link answers with'),
      placeHolder: 'text/plain; charset=utf-8',
      validateInput: (text) =>
        /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/.test(text)
          ? undefined
          : vscode.l10n.t('Enter a type such as text/plain.'),
    },
    place,
  );
  return step(typed, (contentType) => ({ ...state, headers: { contentType } }));
}

function step<T, S>(answer: StepAnswer<T>, next: (value: T) => S): StepAnswer<S> {
  return answer.kind === 'value' ? { kind: 'value', value: next(answer.value) } : answer;
}
