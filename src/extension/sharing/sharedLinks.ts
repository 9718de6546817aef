import * as vscode from '../ui/vscode';
import type { CommandOutcome, CommandServices } from '../command/command';
import { formatMoment } from '../ui/format';
import type { Translate } from '../ui/translate';
import { forgetLinks, listLinks, wishAgain, type LedgerEntry } from './ledger';
import { canSign, copyLink } from './makeLink';

/** Shows the links that were made here; copies one again, or forgets some. */
export async function showSharedLinks(services: CommandServices): Promise<CommandOutcome> {
  const { memory, prompts, connections } = services;
  const links = listLinks(memory);
  if (links.length === 0) {
    void prompts.info(vscode.l10n.t('No link was made here yet.'));
    return;
  }
  const nowMs = Date.now();
  const expired = links.filter((link) => wishAgain(link, nowMs) === undefined);
  const items: (vscode.QuickPickItem & { readonly link?: LedgerEntry })[] = links.map((link) => ({
    ...linkRow(link, nowMs, vscode.l10n.t),
    detail: connections.get(link.connectionId)?.name ?? vscode.l10n.t('its connection was removed'),
    link,
  }));
  if (expired.length > 0) {
    items.push({ icon: 'clear-all', label: vscode.l10n.t('Remove All Expired Links ({0})', expired.length) });
  }
  const title = vscode.l10n.t('Presigned URLs');
  const placeHolder = vscode.l10n.t('Presigned URLs made here; the URLs themselves are not kept');
  const picked = await prompts.pick(items, { title, placeHolder, matchOnDescription: true, matchOnDetail: true });
  if (picked === undefined) return;
  if (picked.link === undefined) {
    await forgetLinks(memory, expired);
    return;
  }
  return await actOn(services, picked.link);
}

/** A link in a list: what it opens, how, and until when. */
export function linkRow(
  link: LedgerEntry,
  nowMs: number,
  t: Translate,
): { readonly icon: string; readonly label: string; readonly description: string } {
  const until = formatMoment(link.expiresAtMs);
  const isOver = wishAgain(link, nowMs) === undefined;
  const use = link.wish.method === 'GET' ? t('read') : t('write');
  return {
    icon: isOver ? 'circle-slash' : 'link',
    label: `${link.bucket}/${link.key}`,
    description: isOver ? t('{0}, expired {1}', use, until) : t('{0}, until {1}', use, until),
  };
}

async function actOn(services: CommandServices, link: LedgerEntry): Promise<CommandOutcome> {
  const { memory, prompts, connections } = services;
  const wish = wishAgain(link, Date.now());
  const items: (vscode.QuickPickItem & { readonly act: 'copy' | 'forget' })[] = [];
  if (wish !== undefined && connections.get(link.connectionId) !== undefined) {
    items.push({
      icon: 'copy',
      label: vscode.l10n.t('Copy Again'),
      description: vscode.l10n.t('signed anew, until the same time'),
      act: 'copy',
    });
  }
  items.push({
    icon: 'trash',
    label: vscode.l10n.t('Remove from This List'),
    ...(wish === undefined ? {} : { description: vscode.l10n.t('the link goes on working until it expires') }),
    act: 'forget',
  });
  const picked = await prompts.pick(items, { title: `${link.bucket}/${link.key}` });
  switch (picked?.act) {
    case undefined:
      return;
    case 'forget':
      await forgetLinks(memory, [link]);
      return;
    case 'copy':
      if (wish === undefined || !(await canSign(services, link.connectionId))) return;
      return await copyLink(services, link, wish);
  }
}
