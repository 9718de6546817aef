import type { ObjectCount } from '../../protocol/requests';
import { countText, formatBytes } from '../ui/format';
import type { Translate } from '../ui/translate';
import type { OrganiseQuestion } from './organiseTexts';

/** The question what is to prove copies that no checksum compares with their sources. */
export function incomparableQuestion(
  { incomparable = { objects: 0, bytes: 0 }, isComplete }: ObjectCount,
  t: Translate,
): Pick<OrganiseQuestion, 'message' | 'detail'> {
  const what = countText({ ...incomparable, isComplete: true }, t);
  const lines = [
    t(
      'Each object is deleted at its old place once its copy is verified, by the checksums of both where they can be compared.',
    ),
    t(
      'Read Both reads these and their copies through this computer, {0}, and compares every byte.',
      formatBytes(2 * incomparable.bytes),
    ),
    t('Trust the Service compares the size alone, and that the source was the one that was meant.'),
    ...(isComplete ? [] : [t('There are more objects than were counted; the answer is for all of them.')]),
  ];
  return {
    message: t('No checksum compares {0} with the copies. What is to prove them?', what),
    detail: lines.join('\n'),
  };
}
