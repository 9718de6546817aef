import type { CosError, ProtectionRefusal } from '../../model/cosError';
import { maxLegalHolds } from '../../model/protection';
import { maxRetentionDays } from '../../model/retention';
import type { Translate } from './translate';

/** Why something that concerns protection was refused, as a clause; undefined where the kind of failure says it. */
export function causeOfRefusal(refusal: ProtectionRefusal, { op }: CosError, t: Translate): string | undefined {
  switch (refusal) {
    case 'protected':
      return undefined;
    case 'mechanism':
      return t('the bucket or the object has another kind of protection, or none');
    case 'holdId':
      return t('the id of a legal hold is 1 to 64 letters, digits and ! _ . * ( ) -');
    case 'holdExists':
      return t('it has a legal hold of this id already');
    case 'noSuchHold':
      return t('it has no legal hold of this id (any more)');
    case 'tooManyHolds':
      return t('it has {0} legal holds, which is the most; remove one first', maxLegalHolds);
    case 'retentionNotLater':
      return t('a retention never gets shorter; choose an end that is later');
    case 'retentionOutsidePolicy':
      return op === 'PutBucketProtectionConfiguration'
        ? t(
            'a policy has whole days from 0 to {0}, the minimum not above the default, the default not above the maximum',
            maxRetentionDays,
          )
        : t("the bucket's retention policy does not allow it; choose an end between its minimum and its maximum");
    case 'lockNotLater':
      return t('a lock ends in the future, and that end only gets later; choose a later date');
    case 'lockNeedsBypass':
      return t('making this lock weaker needs the permission to bypass GOVERNANCE, and to say so');
    default:
      return unknownRefusal(refusal);
  }
}

/** A refusal of a newer engine says nothing here; the kind does. The parameter's type keeps the switch above complete. */
function unknownRefusal(_refusal: never): undefined {
  return undefined;
}
