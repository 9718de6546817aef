import { deletability, type Obstacle, type Protection } from '../../model/protection';
import type { Translate } from '../ui/translate';

/** A moment as people read it, in the time of this machine, with its zone. */
export function momentText(ms: number): string {
  return new Date(ms).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
}

/** When an object can be deleted, in a sentence. */
export function deletableSentence(protection: Protection, nowMs: number, t: Translate): string {
  const when = deletability(protection, nowMs);
  switch (when.kind) {
    case 'now':
      return t('It can be deleted now.');
    case 'at': {
      const sentence = t('It can be deleted from {0}.', momentText(when.atMs));
      return when.canBypass ? t('{0} Who may bypass GOVERNANCE can delete it before.', sentence) : sentence;
    }
    case 'held': {
      const obstacles = when.obstacles.map((obstacle) => obstacleText(obstacle, t)).join(', ');
      return when.notBeforeMs === undefined
        ? t('It cannot be deleted: {0}.', obstacles)
        : t('It cannot be deleted before {0}, and not while it is held: {1}.', momentText(when.notBeforeMs), obstacles);
    }
    case 'never':
      return t('It can never be deleted.');
  }
}

/** What stands in the way of a deletion. */
export function obstacleText(obstacle: Obstacle, t: Translate): string {
  switch (obstacle.kind) {
    case 'retained':
      return t('retained until {0}', momentText(obstacle.untilMs));
    case 'indefinite':
      return t('retained until somebody sets an end');
    case 'permanent':
      return t('retained forever');
    case 'legalHold':
      return obstacle.hold.placedAtMs === undefined
        ? t('legal hold "{0}"', obstacle.hold.id)
        : t('legal hold "{0}" since {1}', obstacle.hold.id, momentText(obstacle.hold.placedAtMs));
    case 'locked':
      return t('locked ({0}) until {1}', obstacle.mode, momentText(obstacle.untilMs));
    case 'lockHold':
      return t('under a legal hold');
  }
}

/** The mechanism of an object's protection, as it is called. */
export function mechanismText(protection: Protection, t: Translate): string {
  const mechanism = protection.kind === 'none' ? protection.mechanism : protection.kind;
  switch (mechanism) {
    case 'retention':
      return t('retention policy');
    case 'objectLock':
      return t('Object Lock');
    case 'none':
      return t('none');
    case 'unknown':
      return t('not known');
  }
}

/** Which of the two mechanisms an object's bucket has; undefined for neither. */
export function mechanismOf(protection: Protection): 'retention' | 'objectLock' | undefined {
  const mechanism = protection.kind === 'none' ? protection.mechanism : protection.kind;
  return mechanism === 'retention' || mechanism === 'objectLock' ? mechanism : undefined;
}
