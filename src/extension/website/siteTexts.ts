import { plainName } from '../ui/gate/plain';
import type { ChangedSiteFile, SiteCount, SitePlan } from '../../model/website';
import { countText } from '../ui/format';
import type { Translate } from '../ui/translate';

/** What a deployment is going to do besides moving files. */
export interface SiteChoices {
  /** Unchanged files go up again, since an access list goes with the bytes. */
  readonly isPublic: boolean;
  /** The configuration that the bucket gets; absent where it has one. */
  readonly newWebsite?: { readonly indexSuffix: string; readonly errorKey?: string };
}

/** What a deployment would do, line by line. */
export function planText(plan: SitePlan, choices: SiteChoices, t: Translate): string {
  const lines = [
    t('New: {0}', sitePart(plan.added, t)) + names(namesOf(plan, 'new'), t),
    t('Changed: {0}', sitePart(plan.changed, t)) + names(namesOf(plan, 'changed'), t),
    choices.isPublic
      ? t('Unchanged, uploaded again to become public: {0}', sitePart(plan.unchanged, t))
      : t('Unchanged, left alone: {0}', sitePart(plan.unchanged, t)),
    t('In the bucket and not in the folder: {0}', sitePart(plan.extra, t)) + names(plan.extraKeys, t),
  ];
  const { newWebsite } = choices;
  if (newWebsite !== undefined) {
    lines.push(
      newWebsite.errorKey === undefined
        ? t('The bucket becomes a website with the index "{0}".', newWebsite.indexSuffix)
        : t(
            'The bucket becomes a website with the index "{0}" and the error page "{1}".',
            newWebsite.indexSuffix,
            newWebsite.errorKey,
          ),
    );
  }
  if (choices.isPublic) lines.push(t('Everyone on the Internet can read these files.'));
  lines.push(t('Names that begin with a dot are left out, except .well-known.'));
  return lines.join('\n');
}

/** One line of the list of everything that a deployment would change. */
export interface SiteChange {
  readonly label: string;
  readonly description: string;
}

/** Every name that a deployment would write, and every one that it could delete. */
export function siteChanges(plan: SitePlan, t: Translate): readonly SiteChange[] {
  return [
    ...plan.uploads.map(({ name, change }) => ({
      label: name,
      description: change === 'new' ? t('new') : t('changed'),
    })),
    ...plan.extraKeys.map((key) => ({ label: key, description: t('in the bucket and not in the folder') })),
  ];
}

/** Whether the question shows only the first names of a group. */
export function isShortened(plan: SitePlan): boolean {
  return [namesOf(plan, 'new'), namesOf(plan, 'changed'), plan.extraKeys].some(({ length }) => length > shownNames);
}

/** Names that a question shows of each group. */
const shownNames = 5;

function namesOf(plan: SitePlan, wanted: ChangedSiteFile['change']): readonly string[] {
  return plan.uploads.filter(({ change }) => change === wanted).map(({ name }) => name);
}

function names(all: readonly string[], t: Translate): string {
  if (all.length === 0) return '';
  const shown = all.slice(0, shownNames).map((name) => `\n    ${plainName(name)}`);
  const left = all.length - shown.length;
  return shown.join('') + (left === 0 ? '' : `\n    ${t('and {0} more', left.toLocaleString('en-US'))}`);
}

/** The configuration of a folder's website: its index, and its error page where it has one. */
export function websiteOf(
  plan: SitePlan,
  prefix: string,
): { readonly indexSuffix: string; readonly errorKey?: string } {
  const names = new Set([...plan.uploads, ...plan.same].map(({ name }) => name));
  const error = ['404.html', 'error.html'].find((name) => names.has(name));
  return { indexSuffix: 'index.html', ...(error === undefined ? {} : { errorKey: prefix + error }) };
}

/** Command that makes a bucket public in IAM (public-access.md); the instance is a CRN or guid. */
export function publicAccessCommand(serviceInstanceId: string, bucket: string): string {
  const instance = serviceInstanceId.split(':').at(7) ?? serviceInstanceId;
  return `ibmcloud iam access-group-policy-create "Public Access" --roles "Object Reader" --service-name cloud-object-storage --service-instance ${instance} --resource-type bucket --resource ${bucket}`;
}

function sitePart({ count, bytes }: SiteCount, t: Translate): string {
  return count === 0 ? t('none') : countText({ objects: count, bytes, isComplete: true }, t);
}
