import { plain } from '../ui/gate/plain';
import type { OpenUpload } from '../../protocol/requests';
import { formatAge, formatBytes } from '../ui/format';
import type { Translate } from '../ui/translate';
import type { UploadNode, UploadsNode } from '../nodes/treeNode';

/** The node above a bucket's incomplete uploads. */
export function presentUploads(node: UploadsNode, t: Translate) {
  const label = t('Incomplete uploads');
  const description = heldText(node.uploads, node.isComplete, t);
  return {
    label,
    description,
    icon: 'cloud-upload',
    context: ['uploads', node.connection.isReadOnly === true ? 'readOnly' : 'writable'],
    collapsible: 'expanded',
    accessibilityLabel: t('Incomplete uploads, {0}', description),
  } as const;
}

/** An upload that was begun and not finished: how old it is, and what it holds. */
export function presentUpload({ upload, connection }: UploadNode, nowMs: number, t: Translate) {
  const age = formatAge(upload.initiatedAtMs, nowMs, t);
  const size =
    upload.bytes === undefined
      ? t('size unknown')
      : upload.parts === 1
        ? t('{0} in 1 part', formatBytes(upload.bytes))
        : t('{0} in {1} parts', formatBytes(upload.bytes), upload.parts ?? 0);
  const description = upload.isRunning === true ? t('{0} · running now', size) : t('{0} · begun {1}', size, age);
  return {
    label: upload.key,
    description,
    icon: upload.isRunning === true ? 'sync' : 'circle-slash',
    context: ['upload', connection.isReadOnly === true ? 'readOnly' : 'writable'],
    collapsible: 'none',
    accessibilityLabel: t('Incomplete upload of {0}, {1}', upload.key, description),
    tooltip: [upload.key, description, upload.uploadId].map(plain).join('\n'),
  } as const;
}

/** How many uploads there are and what they hold, as far as is known. */
export function heldText(uploads: readonly OpenUpload[], isComplete: boolean, t: Translate): string {
  const number = uploads.length.toLocaleString('en-US');
  const count = isComplete
    ? uploads.length === 1
      ? t('1 upload')
      : t('{0} uploads', number)
    : t('more than {0} uploads', number);
  const bytes = uploads.reduce((sum, upload) => sum + (upload.bytes ?? 0), 0);
  const isKnown = isComplete && uploads.every((upload) => upload.bytes !== undefined);
  return isKnown ? t('{0}, {1}', count, formatBytes(bytes)) : t('{0}, at least {1}', count, formatBytes(bytes));
}
