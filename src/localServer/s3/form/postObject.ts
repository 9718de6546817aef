import type { ObjectVersion } from '../../store/objects';
import { readContentMd5, readSentChecksum, type BodyPlan } from '../wire/body';
import { authorizeBucket } from '../authorize';
import { invalidArgument, S3Error } from '../message/errors';
import { sendDocument, sendEmpty, type BucketExchange, type ObjectExchange } from '../wire/exchange';
import { FormReader, readBoundary, type FormPart } from './formData';
import { checksumHeaders, shownVersionId } from '../object/objectHeaders';
import { judgeForm, type SizeRange } from './postPolicy';
import { openBody } from '../wire/receiveBody';
import { receiveVersion } from '../object/receiveVersion';
import type { S3Request } from '../message/request';
import { readTaggingDocument } from '../message/tags';
import { serverEncryptionHeader } from '../object/serverEncryption';
import { readObjectHeaders } from '../object/writeObject';
import { parseXml, s3Namespace, writeXml } from '../message/xml';

const maxFieldsBytes = 20 * 1024;
const maxKeyBytes = 1024;

/** `POST /{bucket}` from an HTML form (data-plane §5.7; fields, policy and answers are those of S3). */
export async function postObject(exchange: BucketExchange): Promise<void> {
  if (exchange.auth.form !== 'anonymous') {
    throw new S3Error('CredentialsNotSupported', 'A form says in its fields who sends it, not in the request.');
  }
  const { request, response } = exchange;
  const boundary = readBoundary(request.headers.get('content-type'));
  if (!request.headers.has('content-length') && request.message.headers['transfer-encoding'] === undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const form = new FormReader(openBody(request.message, response, {}, new Map()), boundary);
  try {
    await receiveForm(exchange, form);
  } finally {
    await form.release();
  }
}

async function receiveForm(exchange: BucketExchange, form: FormReader): Promise<void> {
  const { request } = exchange;
  await form.begin();
  const { fields, file } = await readFields(form);
  const key = readKey(fields, file);
  const { principal, size } = judgeForm(fields, exchange.bucket.name, exchange.options.identity, exchange.nowMs);
  const uploading: ObjectExchange = { ...exchange, principal, key, request: asUpload(request, fields, key) };
  authorizeBucket(uploading, exchange.bucket, { name: 'PostObject', permission: 'writeObject' }, key);
  const tagging = fields.get('tagging');
  const headers = readObjectHeaders(uploading);
  const tagged =
    tagging === undefined
      ? headers
      : { ...headers, tags: readTaggingDocument(parseXml(Buffer.from(tagging), 'Tagging'), exchange.switches) };
  const version = await receiveVersion(uploading, tagged, planFile(uploading.request), {
    maxBytes: Math.min(exchange.switches.maxPutBytes, size?.max ?? Infinity),
    source: fileBytes(form, size),
  });
  answer(uploading, fields, version);
}

async function readFields(form: FormReader): Promise<{ fields: Map<string, string>; file: FormPart }> {
  const fields = new Map<string, string>();
  let sizeBytes = 0;
  for (let part = await form.next(); part !== undefined; part = await form.next()) {
    const name = part.name.toLowerCase();
    if (name === 'file') {
      return { fields, file: part };
    }
    const chunks: Buffer[] = [];
    const count = (bytes: number): void => {
      sizeBytes += bytes;
      if (sizeBytes > maxFieldsBytes) {
        throw new S3Error(
          'MaxPostPreDataLengthExceededError',
          'Your POST request fields preceding the upload file were too large.',
        );
      }
    };
    count(Buffer.byteLength(name));
    for await (const chunk of form.bytes()) {
      count(chunk.length);
      chunks.push(chunk);
    }
    if (fields.has(name)) {
      throw invalidArgument(`The field is given twice: "${part.name}".`);
    }
    fields.set(name, Buffer.concat(chunks).toString('utf8'));
  }
  throw oneFile();
}

const oneFile = (): S3Error =>
  new S3Error('IncorrectNumberOfFilesInPostRequest', 'POST requires exactly one file upload per request.');

/** The file, then the end of the form: what follows the file is not looked at, but a second file is refused. */
async function* fileBytes(form: FormReader, size: SizeRange | undefined): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  for await (const chunk of form.bytes()) {
    sizeBytes += chunk.length;
    yield chunk;
  }
  for (let part = await form.next(); part !== undefined; part = await form.next()) {
    if (part.name.toLowerCase() === 'file') {
      throw oneFile();
    }
    for await (const chunk of form.bytes()) {
      void chunk;
    }
  }
  if (sizeBytes < (size?.min ?? 0)) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed object size.');
  }
}

function readKey(fields: ReadonlyMap<string, string>, file: FormPart): string {
  const key = fields.get('key')?.replaceAll('${filename}', file.fileName?.replace(/^.*[\\/]/, '') ?? '');
  if (key === undefined || key === '') {
    throw new S3Error('UserKeyMustBeSpecified', 'The bucket POST must contain the specified field name: key.');
  }
  if (Buffer.byteLength(key) > maxKeyBytes) {
    throw new S3Error('KeyTooLong', 'Your key is too long.');
  }
  return key;
}

/** The form as the upload that it stands for: its fields in the place of headers. */
function asUpload(request: S3Request, fields: ReadonlyMap<string, string>, key: string): S3Request {
  const headers = new Map(fields);
  const acl = fields.get('acl');
  if (acl !== undefined) {
    headers.set('x-amz-acl', acl);
  }
  return { ...request, key, query: new Map(), headers, header: (name) => headers.get(name) };
}

function planFile(request: S3Request): BodyPlan {
  const contentMd5 = readContentMd5(request);
  const checksum = readSentChecksum(request);
  return { ...(contentMd5 === undefined ? {} : { contentMd5 }), ...(checksum === undefined ? {} : { checksum }) };
}

function answer(exchange: ObjectExchange, fields: ReadonlyMap<string, string>, version: ObjectVersion): void {
  const { bucket, key, request, response } = exchange;
  const location = `/${bucket.name}/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
  const headers = {
    ETag: `"${version.etag}"`,
    ...checksumHeaders(version),
    ...serverEncryptionHeader(version.attributes),
    'x-amz-version-id': shownVersionId(exchange, version),
  };
  const redirect = URL.parse(fields.get('success_action_redirect') ?? '');
  if (redirect?.protocol === 'http:' || redirect?.protocol === 'https:') {
    redirect.searchParams.set('bucket', bucket.name);
    redirect.searchParams.set('key', key);
    redirect.searchParams.set('etag', `"${version.etag}"`);
    return sendEmpty(exchange, 303, { ...headers, Location: redirect.href });
  }
  switch (fields.get('success_action_status')) {
    case '200':
      return sendEmpty(exchange, 200, { ...headers, Location: location });
    case '201': {
      const document = writeXml(
        [
          'PostResponse',
          [
            ['Location', `http://${request.message.headers.host ?? ''}${location}`],
            ['Bucket', bucket.name],
            ['Key', key],
            ['ETag', `"${version.etag}"`],
          ],
        ],
        s3Namespace,
      );
      return sendDocument(response, 201, document, { ...headers, Location: location });
    }
    default:
      return sendEmpty(exchange, 204, { ...headers, Location: location });
  }
}
