import * as vscode from '../ui/vscode';
import type { SecretPlace } from '../services';

/** Where a secret is kept, in words. */
export function secretPlaceText(place: SecretPlace): string {
  switch (place) {
    case 'keychain':
      return vscode.l10n.t('kept in the keychain of the operating system');
    case 'secretStorage':
      return vscode.l10n.t('kept by VS Code (no keychain of the operating system answers)');
    case 'localServer':
      return vscode.l10n.t('a throw-away key of Local Object Storage');
    case 'none':
      return vscode.l10n.t('none is kept; sign in again');
  }
}
