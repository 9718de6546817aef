import type { BucketName, ObjectKey } from '../../model/ids';
import type { Repeatable } from '../http/retry';
import { CosFailure } from '../failure';
import type { Query } from './address';
import { md5Base64 } from './integrity';
import { isAnswerLost } from './refusal';
import type { Wire } from './wire';
import { hasRoot, parseXml, type XmlElement, childElement } from './xml';

/** An element to send: its name, its text or children, and attributes where it has any. */
export type XmlNode = readonly [
  name: string,
  content: string | number | readonly XmlNode[],
  attributes?: Readonly<Record<string, string>>,
];

/** A request about a bucket's or an object's configuration: small, XML or nothing in either direction. */
export interface ControlRequest {
  readonly op: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket: BucketName;
  readonly key?: ObjectKey;
  /** Sub-resource first; `undefined` is a flag. */
  readonly query: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: XmlNode;
  readonly repeatable: Repeatable;
}

/** The answer to a control request. */
export interface ControlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The document as it came, for the order of elements, which the parser does not keep. */
  readonly text: string;
  /** Children of the root of that name. Throws `network`/`notACosEndpoint` where the answer is something else. */
  root(name: string): XmlElement;
  /** The same, or undefined where the answer is something else. */
  findRoot(name: string): XmlElement | undefined;
}

/** Answers hold at most a page of 1,000 versions with long, percent-encoded keys. */
const maxControlBytes = 16 * 1024 * 1024;

/**
 * Sends a request whose body, if any, is an XML document. Bodies go with Content-MD5, which COS demands for most of them and
 * every server knows (data-plane §1.5).
 */
export async function sendControl(wire: Wire, request: ControlRequest, signal: AbortSignal): Promise<ControlAnswer> {
  const { body, headers, ...rest } = request;
  const bytes = body === undefined ? undefined : xmlDocument(body);
  const sent = {
    ...(bytes === undefined ? {} : { 'content-type': 'application/xml', 'content-md5': md5Base64(bytes) }),
    ...headers,
  };
  return await wire.send(
    { ...rest, headers: () => sent, ...(bytes === undefined ? {} : { body: bytes }) },
    signal,
    async (answer, origin) => {
      const text = (await answer.read(maxControlBytes)).toString('utf8');
      const document = parseXml(text);
      const findRoot = (name: string): XmlElement | undefined =>
        hasRoot(document, name) ? (childElement(document, name) ?? {}) : undefined;
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        findRoot,
        root: (name) => {
          const found = findRoot(name);
          if (found === undefined) throw notThat(request, origin);
          return found;
        },
      };
    },
  );
}

/**
 * Sends a change that must not happen twice. Where its answer was lost, `isDone` looks at what there is, and only what has not
 * happened is sent again.
 */
export async function sendControlOnce(
  wire: Wire,
  request: ControlRequest,
  isDone: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sendControl(wire, request, signal);
      return;
    } catch (error) {
      if (!isAnswerLost(error) || attempt === 3) throw error;
      if (await isDone()) return;
    }
  }
}

/** Bytes of a document in S3's namespace. */
export function xmlDocument([name, content]: XmlNode): Uint8Array {
  const inside = xmlContent(content);
  return Buffer.from(`<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</${name}>`, 'utf8');
}

function xmlElement([name, inside, attributes = {}]: XmlNode): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${value}"`);
  return `<${name}${written.join('')}>${xmlContent(inside)}</${name}>`;
}

function xmlContent(content: XmlNode[1]): string {
  if (typeof content === 'object') return content.map(xmlElement).join('');
  return String(content).replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function notThat({ op, bucket, key }: ControlRequest, origin: string): CosFailure {
  const host = new URL(origin).host;
  return new CosFailure({
    kind: 'unsupported',
    op,
    bucket,
    ...(key === undefined ? {} : { key }),
    host,
    retry: 'never',
    detail: `"${host}" does not answer ${op} as IBM Cloud Object Storage does.`,
  });
}
