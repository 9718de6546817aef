import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { Location, LocationKind, StorageClass } from '../../model/location';
import type { Prompts } from '../services';
import { mapAnswer, type Step } from '../ui/steps';
import { bucketNameSentence } from './bucketNameSentence';
import { classesFor, homeLocation, locationsFor } from './bucketPlaces';
import type { BucketBasics } from './newBucket';

/** Asks for name, location and storage class of a new bucket. */
export function basicSteps(
  prompts: Prompts,
  connection: Connection,
  known: Promise<readonly Location[]>,
): readonly Step<BucketBasics>[] {
  // What can be chosen is asked for while the person types the name.
  const places = locationsFor(connection);
  return [
    {
      ask: async (state, place) => {
        const options = {
          prompt: vscode.l10n.t('Name of the new bucket, unlike that of any other bucket of anybody'),
          value: state.name,
          validateInput: bucketNameSentence,
        };
        return mapAnswer(await prompts.inputStep(options, place), (name) => ({ ...state, name }));
      },
    },
    {
      isNeeded: () => places.length > 0,
      ask: async (state, place) => {
        const items = locationsFor(connection, await known).map((location) => ({
          label: location.code,
          description: [location.city, kindText(location.kind)].filter((text) => text !== '').join(' · '),
          location,
        }));
        const options = {
          placeHolder: vscode.l10n.t('Location of the bucket'),
          activeLabel: state.location?.code ?? homeLocation(connection) ?? '',
        };
        const answer = await prompts.pickStep(items, options, place);
        return mapAnswer(answer, ({ location }) => ({ ...state, location }));
      },
    },
    {
      isNeeded: () => places.length > 0,
      ask: async (state, place) => {
        const classes = state.location === undefined ? [] : classesFor(state.location);
        const items = classes.map((name) => ({ label: name, description: classText(name), name }));
        const options = {
          placeHolder: vscode.l10n.t('Storage class; it cannot be changed later'),
          activeLabel: state.storageClass ?? 'smart',
        };
        const answer = await prompts.pickStep(items, options, place);
        return mapAnswer(answer, ({ name }) => ({ ...state, storageClass: name }));
      },
    },
  ];
}

function kindText(kind: LocationKind): string {
  switch (kind) {
    case 'crossRegion':
      return vscode.l10n.t('cross-region');
    case 'regional':
      return vscode.l10n.t('regional');
    case 'singleSite':
      return vscode.l10n.t('single site');
  }
}

function classText(name: StorageClass): string {
  switch (name) {
    case 'smart':
      return vscode.l10n.t('priced by how much it is used');
    case 'standard':
      return vscode.l10n.t('for data in frequent use');
    case 'vault':
      return vscode.l10n.t('for data used about once a month');
    case 'cold':
      return vscode.l10n.t('for data used about once a quarter');
    case 'onerate_active':
      return vscode.l10n.t('in service instances of the One-Rate plan only');
  }
}
