import * as vscode from '../../ui/vscode';
import { parseSize, type BucketUsage } from '../../../model/bucketConfig';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import { formatBytes } from '../../ui/format';

const offeredSizes = ['10 GB', '100 GB', '1 TB', '10 TB'] as const;

/** Asks how much a bucket may hold, and sets it. */
export async function setQuota(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const config = await engine.send('bucketConfig/get', target);
  if (!config.ok) return config;
  const { usage, quotaBytes: before = 0, etag } = config.value;
  const heldBytes = (usage.sizeBytes ?? 0) + (usage.noncurrentSizeBytes ?? 0);
  const wanted = await askQuota(services, target, usage, before);
  if (wanted === undefined || wanted === before) return;
  if (wanted > 0 && wanted <= heldBytes) {
    const button = vscode.l10n.t('Set Quota');
    const question = vscode.l10n.t('Refuse every write to "{0}"?', target.bucket);
    const detail = vscode.l10n.t(
      'It holds {0}, which is no less than a quota of {1}. Nothing is deleted, and nothing can be added until there is room.',
      formatBytes(heldBytes),
      formatBytes(wanted),
    );
    if ((await prompts.confirm(question, detail, button)) !== button) return;
  }
  const set = await engine.send('bucketConfig/setQuota', {
    ...target,
    quotaBytes: wanted,
    ...(etag === undefined ? {} : { etag }),
  });
  if (!set.ok) return set;
  const { bucket } = target;
  const text =
    wanted === 0
      ? vscode.l10n.t('"{0}" has no quota any more.', bucket)
      : vscode.l10n.t('"{0}" may hold {1}.', bucket, formatBytes(wanted));
  void prompts.info(text);
}

async function askQuota(
  { prompts }: CommandServices,
  { bucket }: BucketTarget,
  usage: BucketUsage,
  before: number,
): Promise<number | undefined> {
  const held =
    usage.sizeBytes === undefined
      ? vscode.l10n.t('how much it holds is not known')
      : vscode.l10n.t('it holds {0}', formatBytes(usage.sizeBytes + (usage.noncurrentSizeBytes ?? 0)));
  const now = vscode.l10n.t('now');
  const sizes = offeredSizes.map((label) => ({ label, quotaBytes: parseSize(label) ?? 0 }));
  const isOffered = before === 0 || sizes.some(({ quotaBytes }) => quotaBytes === before);
  const items: readonly (vscode.QuickPickItem & { readonly quotaBytes?: number })[] = [
    ...[
      { label: vscode.l10n.t('No Quota'), quotaBytes: 0 },
      ...sizes,
      ...(isOffered ? [] : [{ label: formatBytes(before), quotaBytes: before }]),
    ].map((item) => ({ ...item, description: item.quotaBytes === before ? now : '' })),
    { icon: 'edit', label: vscode.l10n.t('Another Size…') },
  ];
  const chosen = await prompts.pick(items, {
    placeHolder: vscode.l10n.t('How much "{0}" may hold; {1}', bucket, held),
  });
  if (chosen === undefined || chosen.quotaBytes !== undefined) return chosen?.quotaBytes;
  const typed = await prompts.input({
    prompt: vscode.l10n.t('How much "{0}" may hold, such as "500 GB" or "2 TiB"; 0 is no quota', bucket),
    value: before === 0 ? '' : String(before),
    validateInput: (text) =>
      parseSize(text) === undefined
        ? vscode.l10n.t('Enter a size, such as "500 GB", "2 TiB" or a number of bytes.')
        : undefined,
  });
  return typed === undefined ? undefined : parseSize(typed);
}
