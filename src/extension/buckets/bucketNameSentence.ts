import * as vscode from '../ui/vscode';
import { bucketNameProblem } from '../../model/bucketName';

/** Why a text cannot name a new bucket, in words. */
export function bucketNameSentence(text: string): string | undefined {
  switch (bucketNameProblem(text)) {
    case 'length':
      return vscode.l10n.t('A bucket name has 3 to 63 characters.');
    case 'characters':
      return vscode.l10n.t('A bucket name is made of lower-case letters, digits, "." and "-".');
    case 'ends':
      return vscode.l10n.t('A bucket name starts and ends with a letter or digit.');
    case 'dots':
      return vscode.l10n.t('"." and "-" do not stand next to each other in a bucket name.');
    case 'ipAddress':
      return vscode.l10n.t('A bucket name does not look like an IP address.');
    case 'reservedPrefix':
      return vscode.l10n.t('Names that start with "cosv1-" or "account-" are reserved.');
    case undefined:
      return undefined;
  }
}
