import * as vscode from '../ui/vscode';
import { objectKey } from '../../model/ids';
import type { SiteAttributes, SitePlan } from '../../model/website';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { FolderTarget } from '../command/targets';
import { askSteps, type Step } from '../ui/steps';
import { findWebsiteUrl, openUrl } from './openWebsite';
import { isShortened, planText, publicAccessCommand, siteChanges, websiteOf, type SiteChoices } from './siteTexts';

interface Draft {
  readonly caching?: Pick<SiteAttributes, 'pageCacheControl' | 'assetCacheControl'>;
  readonly access?: 'asItIs' | 'acl' | 'iam';
}

/** Puts a folder of this machine into a bucket as a website: asks, compares, shows what would happen, and does it. */
export async function deployWebsite(services: CommandServices, target: FolderTarget): Promise<CommandOutcome> {
  const { prompts } = services;
  const { bucket, prefix } = target;
  const title = vscode.l10n.t('Deploy Website to "{0}"', `${bucket}/${prefix}`);
  const openLabel = vscode.l10n.t('Deploy');
  const [folder] = (await prompts.openFiles({ title, openLabel, canSelectFolders: true, canSelectFiles: false })) ?? [];
  if (folder === undefined) return;
  const draft = await askSteps<Draft>(title, [cacheStep(services), accessStep(services)], {});
  if (draft?.caching === undefined || draft.access === undefined) return;
  const chosen = { folder, caching: draft.caching, access: draft.access };
  for (;;) {
    const outcome = await deployFolder(services, target, chosen);
    if (outcome === 'deployed') return await tellEnd(services, target, draft.access);
    if (outcome !== 'unfinished') return outcome;
    const again = vscode.l10n.t('Deploy Again');
    const text = vscode.l10n.t(
      'The website is not deployed as a whole to "{0}"; the Transfers view says what is missing. Deploying again sends only that, and goes on from there.',
      `${bucket}/${prefix}`,
    );
    if ((await prompts.warn(text, again)) !== again) return;
  }
}

interface Chosen extends Required<Draft> {
  readonly folder: vscode.Uri;
}

/** Compares, asks, and deploys what is not in the bucket yet. */
async function deployFolder(
  services: CommandServices,
  target: FolderTarget,
  { folder, caching, access }: Chosen,
): Promise<CommandOutcome | 'deployed' | 'unfinished'> {
  const { engine, prompts } = services;
  const { connectionId, bucket, prefix } = target;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Comparing'),
    cancellable: true,
  };
  const compared = await vscode.window.withProgress(options, async (_progress, token) => {
    const plan = await engine.send('website/plan', { connectionId, bucket, prefix, fsPath: folder.fsPath }, token);
    if (!plan.ok) return plan;
    const website = await engine.send('website/get', { connectionId, bucket }, token);
    return website.ok ? ({ ok: true, value: { plan: plan.value, website: website.value } } as const) : website;
  });
  if (!compared.ok) return compared;
  const { plan, website } = compared.value;
  if (plan.uploads.length + plan.same.length === 0) {
    void prompts.warn(vscode.l10n.t('The folder has no files to deploy: "{0}"', folder.fsPath));
    return;
  }
  const choices: SiteChoices = {
    isPublic: access === 'acl',
    ...(website === null ? { newWebsite: websiteOf(plan, prefix) } : {}),
  };
  const answer = await askToDeploy(services, target, plan, choices);
  if (answer === undefined) return;
  const site: SiteAttributes = { ...caching, ...(choices.isPublic ? { acl: 'public-read' as const } : {}) };
  return await carryOut(services, target, { plan, choices, site, deletesExtra: answer === 'deployAndDelete' });
}

async function askToDeploy(
  { prompts }: CommandServices,
  { bucket, prefix }: FolderTarget,
  plan: SitePlan,
  choices: SiteChoices,
): Promise<'deploy' | 'deployAndDelete' | undefined> {
  const deploy = vscode.l10n.t('Deploy');
  const deployAndDelete = vscode.l10n.t('Deploy and Delete {0} Extra', plan.extra.count);
  const showAll = vscode.l10n.t('Show All Names');
  const buttons = [
    deploy,
    ...(plan.extra.count === 0 ? [] : [deployAndDelete]),
    ...(isShortened(plan) ? [showAll] : []),
  ];
  const question = vscode.l10n.t('Deploy the website to "{0}"?', `${bucket}/${prefix}`);
  for (;;) {
    switch (await prompts.confirm(question, planText(plan, choices, vscode.l10n.t), ...buttons)) {
      case deploy:
        return 'deploy';
      case deployAndDelete:
        return 'deployAndDelete';
      case showAll:
        // A list to look through and to filter; whatever closes it leads back to the question.
        await prompts.pick([...siteChanges(plan, vscode.l10n.t)], {
          title: question,
          placeHolder: vscode.l10n.t('What the deployment changes; Escape leads back'),
          matchOnDescription: true,
        });
        break;
      default:
        return undefined;
    }
  }
}

interface Deployment {
  readonly plan: SitePlan;
  readonly choices: SiteChoices;
  readonly site: SiteAttributes;
  readonly deletesExtra: boolean;
}

/** Uploads first and deletes last, so that no visitor meets a page whose parts are gone. */
async function carryOut(
  { engine, transfers }: CommandServices,
  { connectionId, bucket, prefix }: FolderTarget,
  { plan, choices, site, deletesExtra }: Deployment,
): Promise<CommandOutcome | 'deployed' | 'unfinished'> {
  const sources = choices.isPublic ? [...plan.uploads, ...plan.same] : plan.uploads;
  if (sources.length > 0) {
    const run = await transfers.run({ kind: 'upload', connectionId, bucket, prefix, sources, clash: 'replace', site });
    if (!run.ok) return run;
    if (run.value.state === 'cancelled') return;
    if (run.value.state !== 'done' || run.value.itemsDone < sources.length) return 'unfinished';
  }
  if (choices.newWebsite !== undefined) {
    const put = await engine.send('website/put', { connectionId, bucket, website: choices.newWebsite });
    if (!put.ok) return put;
  }
  if (deletesExtra) {
    const keys = plan.extraKeys.map(objectKey);
    const run = await transfers.run({ kind: 'delete', connectionId, bucket, keys, prefixes: [] });
    if (!run.ok) return run;
    if (run.value.state === 'cancelled') return;
    if (run.value.state !== 'done') return 'unfinished';
  }
  return 'deployed';
}

async function tellEnd(
  services: CommandServices,
  { connectionId, bucket, prefix }: FolderTarget,
  access: Draft['access'],
): Promise<void> {
  const { prompts, connections } = services;
  const connection = connections.get(connectionId);
  const open = vscode.l10n.t('Open Website');
  const copy = vscode.l10n.t('Copy CLI Command');
  const isIam = access === 'iam' && connection?.kind === 'iam';
  const url = await findWebsiteUrl(services, connectionId, bucket);
  const done = vscode.l10n.t('The website is deployed to "{0}".', `${bucket}/${prefix}`);
  const next =
    access === 'iam'
      ? vscode.l10n.t(
          'Visitors can read it once somebody who manages access gives the access group Public Access the role Object Reader on this bucket.',
        )
      : access === 'asItIs'
        ? vscode.l10n.t('Who can read it is as it was.')
        : '';
  const buttons = [...(isIam ? [copy] : []), ...(url.ok && url.value !== undefined ? [open] : [])];
  const answer = await prompts.info(`${done} ${next}`.trim(), ...buttons);
  if (answer === open && url.ok && url.value !== undefined) await openUrl(url.value + prefix);
  if (answer === copy && isIam) {
    await vscode.env.clipboard.writeText(publicAccessCommand(connection.serviceInstanceId, bucket));
  }
}

function cacheStep({ prompts }: CommandServices): Step<Draft> {
  return {
    ask: async (state, place) => {
      const items = [
        {
          label: vscode.l10n.t('Pages Fresh, the Rest for an Hour'),
          description: vscode.l10n.t('HTML no-cache, others max-age=3600'),
          caching: { pageCacheControl: 'no-cache', assetCacheControl: 'public, max-age=3600' },
        },
        {
          label: vscode.l10n.t('Pages Fresh, the Rest for a Year'),
          description: vscode.l10n.t('only where file names change with their content'),
          caching: { pageCacheControl: 'no-cache', assetCacheControl: 'public, max-age=31536000, immutable' },
        },
        {
          label: vscode.l10n.t('Leave It to Browsers'),
          description: vscode.l10n.t('no cache-control header; browsers decide'),
          caching: {},
        },
      ];
      const picked = await prompts.pickStep(
        items,
        { placeHolder: vscode.l10n.t('How long browsers keep files') },
        place,
      );
      return picked.kind === 'value' ? { kind: 'value', value: { ...state, caching: picked.value.caching } } : picked;
    },
  };
}

function accessStep({ prompts }: CommandServices): Step<Draft> {
  return {
    ask: async (state, place) => {
      const items = [
        {
          label: vscode.l10n.t('Leave Access as It Is'),
          detail: vscode.l10n.t('Visitors see what they may read already; in a private bucket that is nothing.'),
          access: 'asItIs',
        },
        {
          label: vscode.l10n.t('Public by Access List'),
          detail: vscode.l10n.t(
            'Each file of this folder gets "public-read": everyone can read it, whatever IAM says.',
          ),
          access: 'acl',
        },
        {
          label: vscode.l10n.t('Public by IAM'),
          detail: vscode.l10n.t(
            'Somebody who manages access lets the access group Public Access read the bucket; the command for it is offered afterwards.',
          ),
          access: 'iam',
        },
      ] as const;
      const picked = await prompts.pickStep(items, { placeHolder: vscode.l10n.t('Who may read the website') }, place);
      return picked.kind === 'value' ? { kind: 'value', value: { ...state, access: picked.value.access } } : picked;
    },
  };
}
