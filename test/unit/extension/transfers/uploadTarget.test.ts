import { describe, expect, it } from 'vitest';
import { parseUploadTarget, uploadTargetText } from '../../../../src/extension/uploads/uploadTarget';

describe('the remembered upload target', () => {
  it('is found again', () => {
    const target = parseUploadTarget({ connectionId: 'home', bucket: 'photos', prefix: '2024/' });
    expect(target).toEqual({ connectionId: 'home', bucket: 'photos', prefix: '2024/' });
    expect(target === undefined ? '' : uploadTargetText(target)).toBe('photos/2024/');
  });

  it.each([undefined, null, 'photos', {}, { connectionId: 'NOT ONE', bucket: 'b', prefix: '' }, { connectionId: 'a' }])(
    'is none when what was kept is none: %j',
    (value) => {
      expect(parseUploadTarget(value)).toBeUndefined();
    },
  );
});
