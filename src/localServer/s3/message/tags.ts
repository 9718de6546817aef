import type { Tag } from '../../store/objects';
import { malformedXml, S3Error } from './errors';
import type { S3Switches } from './options';
import { allowOnly, childOf, childrenOf, childOf as child, type XmlElement, type XmlNode } from './xml';

const strictCharacters = /^[A-Za-z0-9 _.:-]*$/;
const lenientCharacters = /^[\p{L}\p{N}\p{Z} +\-=._:/@*']*$/u;

/** Tags of the `x-amz-tagging` header: a query string (rule 68). */
export function readTaggingHeader(header: string | undefined, switches: S3Switches): readonly Tag[] {
  if (header === undefined || header === '') {
    return [];
  }
  const pieces = header.split('&').filter((piece) => piece !== '');
  const tags = pieces.map((piece): Tag => {
    const equals = piece.indexOf('=');
    const decode = (text: string): string => {
      try {
        return decodeURIComponent(text.replaceAll('+', ' '));
      } catch {
        throw invalidTag('The header x-amz-tagging must be a query string.');
      }
    };
    return equals < 0
      ? { key: decode(piece), value: '' }
      : { key: decode(piece.slice(0, equals)), value: decode(piece.slice(equals + 1)) };
  });
  return checkTags(tags, switches);
}

/** Tags of a `Tagging` document. */
export function readTaggingDocument(root: XmlElement, switches: S3Switches): readonly Tag[] {
  allowOnly(root, ['TagSet']);
  const set = childOf(root, 'TagSet');
  if (set === undefined) {
    throw malformedXml('Tagging must hold TagSet.');
  }
  allowOnly(set, ['Tag']);
  return checkTags(childrenOf(set, 'Tag').map(readTagElement), switches);
}

/** One `Tag` element, white space kept. */
export function readTagElement(element: XmlElement): Tag {
  allowOnly(element, ['Key', 'Value']);
  const key = child(element, 'Key')?.text;
  const value = child(element, 'Value')?.text;
  if (key === undefined || value === undefined) {
    throw malformedXml('Tag must hold Key and Value.');
  }
  return { key, value };
}

export function taggingDocument(tags: readonly Tag[]): XmlNode {
  return [
    'Tagging',
    [
      [
        'TagSet',
        tags.map((tag): XmlNode => [
          'Tag',
          [
            ['Key', tag.key],
            ['Value', tag.value],
          ],
        ]),
      ],
    ],
  ];
}

function checkTags(tags: readonly Tag[], switches: S3Switches): readonly Tag[] {
  if (tags.length > 10) {
    throw invalidTag('Object tags cannot be greater than 10.');
  }
  const characters = switches.tagCharacters === 'strict' ? strictCharacters : lenientCharacters;
  const seen = new Set<string>();
  for (const { key, value } of tags) {
    if (key.length === 0 || [...key].length > 128 || Buffer.byteLength(key) > 256) {
      throw invalidTag(`A tag key must be 1 to 128 characters and at most 256 bytes long: "${key}".`);
    }
    if ([...value].length > 256 || Buffer.byteLength(value) > 512) {
      throw invalidTag(`A tag value must be at most 256 characters and 512 bytes long: "${value}".`);
    }
    if (key.startsWith('ibm:')) {
      throw invalidTag(`A tag key must not begin with "ibm:": "${key}".`);
    }
    if (!characters.test(key) || !characters.test(value)) {
      throw invalidTag(`A tag may hold letters, digits, spaces and _ . - : only: "${key}".`);
    }
    if (seen.has(key)) {
      throw invalidTag(`Cannot provide multiple Tags with the same key: "${key}".`);
    }
    seen.add(key);
  }
  return tags;
}

function invalidTag(message: string): S3Error {
  return new S3Error('InvalidTag', message);
}
