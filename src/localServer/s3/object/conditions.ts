import type { ObjectVersion } from '../../store/objects';
import { S3Error } from '../message/errors';
import type { S3Switches } from '../message/options';

type HeaderOf = (name: string) => string | undefined;

const failed = (condition: string): S3Error =>
  new S3Error('PreconditionFailed', `At least one of the preconditions you specified did not hold: ${condition}.`);
const notModified = (version: ObjectVersion): S3Error =>
  new S3Error('NotModified', 'Not Modified', {
    ETag: `"${version.etag}"`,
    'Last-Modified': new Date(version.modifiedAtMs).toUTCString(),
  });

/** Conditions of GET and HEAD (rule 64), in the order that HTTP gives them. */
export function checkReadConditions(header: HeaderOf, version: ObjectVersion, switches: S3Switches): void {
  const match = header('if-match');
  const noneMatch = header('if-none-match');
  const unmodified = seconds(header('if-unmodified-since'));
  const modified = seconds(header('if-modified-since'));
  const modifiedAt = Math.floor(version.modifiedAtMs / 1000);
  if (match !== undefined) {
    if (!matchesEtag(match, version.etag)) {
      throw failed('If-Match');
    }
  } else if (unmodified !== undefined && modifiedAt > unmodified) {
    throw switches.unmodifiedSinceStatus === 304 ? notModified(version) : failed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) {
    if (matchesEtag(noneMatch, version.etag)) {
      throw notModified(version);
    }
  } else if (modified !== undefined && modifiedAt <= modified) {
    throw notModified(version);
  }
}

/** Conditions of a write, against the object that it would replace (rule 64). */
export function checkWriteConditions(header: HeaderOf, current: ObjectVersion | undefined): void {
  const match = header('if-match');
  const noneMatch = header('if-none-match');
  const unmodified = seconds(header('if-unmodified-since'));
  const object = current === undefined || current.isMarker ? undefined : current;
  if (match !== undefined && (object === undefined || !matchesEtag(match, object.etag))) {
    throw failed('If-Match');
  }
  if (noneMatch !== undefined && object !== undefined && matchesEtag(noneMatch, object.etag)) {
    throw failed('If-None-Match');
  }
  if (unmodified !== undefined && object !== undefined && Math.floor(object.modifiedAtMs / 1000) > unmodified) {
    throw failed('If-Unmodified-Since');
  }
}

/** Conditions on the source of a copy: all failures are 412 (rule 66). */
export function checkCopyConditions(header: HeaderOf, source: ObjectVersion): void {
  const match = header('x-amz-copy-source-if-match');
  const noneMatch = header('x-amz-copy-source-if-none-match');
  const unmodified = seconds(header('x-amz-copy-source-if-unmodified-since'));
  const modified = seconds(header('x-amz-copy-source-if-modified-since'));
  const modifiedAt = Math.floor(source.modifiedAtMs / 1000);
  if (match !== undefined) {
    if (!matchesEtag(match, source.etag)) {
      throw failed('x-amz-copy-source-If-Match');
    }
  } else if (unmodified !== undefined && modifiedAt > unmodified) {
    throw failed('x-amz-copy-source-If-Unmodified-Since');
  }
  if (noneMatch !== undefined) {
    if (matchesEtag(noneMatch, source.etag)) {
      throw failed('x-amz-copy-source-If-None-Match');
    }
  } else if (modified !== undefined && modifiedAt <= modified) {
    throw failed('x-amz-copy-source-If-Modified-Since');
  }
}

function matchesEtag(condition: string, etag: string): boolean {
  return condition.split(',').some((item) => {
    const text = item.trim();
    return text === '*' || text.replace(/^W\//, '').replace(/^"(.*)"$/, '$1') === etag;
  });
}

/** Whole seconds of an HTTP date; one that is not a date is ignored, as HTTP says. */
function seconds(text: string | undefined): number | undefined {
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}
