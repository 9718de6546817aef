import { describe, expect, it } from 'vitest';
import { answerFailure } from '../../../../src/engine/cos/answerFailure';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const xml = (code: string) =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>text</Message><RequestId>r-1</RequestId></Error>`;

function classify(status: number, body = '', headers: Record<string, string> = {}, key: string | undefined = 'k') {
  const subject = { op: 'GetObject', bucket: 'b', ...(key === undefined ? {} : { key }) };
  const type = body.startsWith('<') ? { 'content-type': 'application/xml' } : {};
  const { error } = answerFailure(subject, { status, headers: { ...type, ...headers }, body, host: 'h:1', nowMs });
  return `${error.kind}${error.reason === undefined ? '' : `/${error.reason}`} ${error.retry}`;
}

describe('answers that are not a success', () => {
  it('are told apart by their code', () => {
    const codes: [number, string, string][] = [
      [404, 'NoSuchBucket', 'notFound/noSuchBucket never'],
      [404, 'NoSuchKey', 'notFound/noSuchKey never'],
      [403, 'AccessDenied', 'denied never'],
      [403, 'InvalidAccessKeyId', 'signInNeeded/accessKeyUnknown afterSignIn'],
      [403, 'SignatureDoesNotMatch', 'signInNeeded/signatureMismatch afterSignIn'],
      [403, 'RequestTimeTooSkewed', 'denied/clockSkewed never'],
      [403, 'InvalidObjectState', 'conflict/archived never'],
      [409, 'BucketNotEmpty', 'conflict/bucketNotEmpty never'],
      [409, 'BucketAlreadyExists', 'conflict/bucketNameTaken never'],
      [400, 'TooManyBuckets', 'invalid/tooManyBuckets never'],
      [400, 'BadDigest', 'network/integrity later'],
      [503, 'SlowDown', 'throttled later'],
      [500, 'InternalError', 'network later'],
      [501, 'NotImplemented', 'unsupported never'],
      [400, 'SomethingNew', 'invalid never'],
    ];
    for (const [status, code, expected] of codes)
      expect(`${code} ${classify(status, xml(code))}`).toBe(`${code} ${expected}`);
  });

  it('are told apart by their status where there is no code, as on a HEAD', () => {
    expect(classify(404)).toBe('notFound/noSuchKey never');
    expect(classify(403)).toBe('denied never');
    expect(classify(412)).toBe('preconditionFailed/changedMeanwhile never');
    expect(classify(304)).toBe('preconditionFailed/changedMeanwhile never');
    expect(classify(451)).toBe('held never');
    expect(classify(429)).toBe('throttled later');
    expect(classify(502)).toBe('network later');
    expect(classify(301)).toBe('notFound/wrongLocation never');
  });

  it('are no answers of object storage when they are web pages or JSON', () => {
    expect(classify(404, '<html>not here</html>', { 'content-type': 'text/html' })).toBe(
      'network/notACosEndpoint never',
    );
    expect(classify(400, '{"error":1}', { 'content-type': 'application/json' })).toBe('network/notACosEndpoint never');
    expect(classify(502, '<html>bad gateway</html>', { 'content-type': 'text/html' })).toBe('network later');
  });

  it('are answers of object storage when they have its request id, and nothing else in a body of whatever type', () => {
    const type = { 'content-type': 'text/html; charset=utf-8' };
    expect(classify(404, '', type)).toBe('network/notACosEndpoint never');
    expect(classify(404, '', { ...type, 'x-amz-request-id': '1' })).toMatch(/^notFound/);
    expect(classify(404, '', { ...type, 'x-amzn-requestid': '1' })).toMatch(/^notFound/);
    expect(classify(404, '<html>not here</html>', { ...type, 'x-amz-request-id': '1' })).toMatch(/^network/);
  });

  it('name the difference of the clocks, from the Date header, whatever the code', () => {
    const date = new Date(nowMs + 3_600_000).toUTCString();
    expect(classify(403, '', { date })).toBe('denied/clockSkewed never');
    const answer = { status: 403, headers: { date }, body: '', host: 'h', nowMs };
    expect(answerFailure({ op: 'HeadObject' }, answer).error.detail).toContain('60 minutes behind');
    expect(classify(404, '', { date })).toBe('notFound/noSuchKey never');
  });

  it('carry the request id', () => {
    const answer = { status: 404, headers: {}, body: xml('NoSuchKey'), host: 'h', nowMs };
    expect(answerFailure({ op: 'GetObject' }, answer).error).toMatchObject({ requestId: 'r-1', code: 'NoSuchKey' });
  });
});
