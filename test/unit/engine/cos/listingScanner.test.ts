import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanListing, type RawPage } from '../../../../src/engine/cos/listingScanner';
import { childElement, childElements, childText, parseXml } from '../../../../src/engine/cos/xml';

/** What the general parser makes of a listing. */
function parsed(xml: string): RawPage {
  const root = childElement(parseXml(xml), 'ListBucketResult');
  const unquoted = (text: string | undefined) => text?.trim().replace(/^"(.*)"$/, '$1');
  return {
    entries: childElements(root, 'Contents').map((entry) => ({
      key: childText(entry, 'Key') ?? '',
      sizeBytes: Number(childText(entry, 'Size') ?? Number.NaN),
      modifiedAtMs: Date.parse(childText(entry, 'LastModified') ?? ''),
      etag: unquoted(childText(entry, 'ETag')) ?? '',
      storageClass: unquoted(childText(entry, 'StorageClass')),
      checksumAlgorithm: childText(entry, 'ChecksumAlgorithm')?.trim(),
      checksumType: childText(entry, 'ChecksumType')?.trim(),
    })),
    prefixes: childElements(root, 'CommonPrefixes').map((prefix) => childText(prefix, 'Prefix') ?? ''),
    isTruncated: childText(root, 'IsTruncated')?.trim() === 'true',
    nextContinuationToken: childText(root, 'NextContinuationToken'),
    encodingType: childText(root, 'EncodingType')?.trim(),
  };
}

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => (character === '&' ? '&amp;' : `&#${character.charCodeAt(0)};`));
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  // Blanks at the ends and characters outside of XML 1.0 never stand in a listing: keys are percent-encoded there.
  // eslint-disable-next-line no-control-regex
  .filter((value) => value.trim() === value && !/[\u0000-\u001f\ufffe\uffff]/.test(value))
  .map(escaped);
const blank = fc.constantFrom('', ' ', '\n', '\n  ', '<!-- a <comment> & more -->');
const element = (name: string, content: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom('', ' a="1"', ' xmlns="urn:x"'), content, fc.constantFrom('', ' '))
    .map(([attributes, inner, end]) => `<${name}${attributes}>${inner}</${name}${end}>`);
const contents = fc
  .tuple(
    blank,
    element('Key', text),
    element('LastModified', fc.constantFrom('2024-01-02T03:04:05.678Z', 'nonsense')),
    element('ETag', fc.constantFrom('&quot;abc-2&quot;', '"d41d8cd98f00b204e9800998ecf8427e"', 'plain')),
    element('Size', fc.nat().map(String)),
    fc.constantFrom('', '<StorageClass>STANDARD</StorageClass>', '<StorageClass>"GLACIER"</StorageClass>'),
    fc.constantFrom('', '<Owner><ID>Key</ID><DisplayName/></Owner>', '<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>'),
  )
  .map(([space, ...parts]) => `<Contents>${space}${parts.join(space)}</Contents>`);
const prefixes = element('CommonPrefixes', element('Prefix', text));
const other = fc.constantFrom(
  '<IsTruncated>true</IsTruncated>',
  '<IsTruncated>false</IsTruncated>',
  '<NextContinuationToken>1/a&amp;b</NextContinuationToken>',
  '<EncodingType>url</EncodingType>',
  '<Name>bucket</Name>',
  '<Prefix>Contents</Prefix>',
  '<Prefix></Prefix>',
  '<Delimiter/>',
);
const document = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>\n'),
    fc.constantFrom('', ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'),
    fc.uniqueArray(other, { selector: (each) => each.slice(0, 6) }),
    fc.array(fc.oneof(contents, prefixes), { maxLength: 8 }),
    blank,
  )
  .map(
    ([declaration, namespace, others, items, space]) =>
      `${declaration}<ListBucketResult${namespace}>${[...others, ...items].join(space)}</ListBucketResult>`,
  );

describe('the listing scanner', () => {
  it('reads whatever a listing may look like as the general parser does', () => {
    fc.assert(
      fc.property(document, (xml) => {
        expect(scanListing(xml)).toEqual(parsed(xml));
      }),
      { numRuns: 500 },
    );
  });

  it('takes no part of a listing for the whole', () => {
    fc.assert(
      fc.property(document, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (xml, share) => {
        expect(scanListing(xml.slice(0, Math.floor(xml.length * share)))).toBeUndefined();
      }),
    );
  });

  it.each([
    '',
    'hello',
    '<html></html>',
    '<Error><Code>x</Code></Error>',
    '<ListBucketResult>',
    '<ListBucketResult></Other>',
  ])('does not take %j for a listing', (xml) => {
    expect(scanListing(xml)).toBeUndefined();
  });

  it('reads an empty element in either form, and a CDATA section', () => {
    expect(scanListing('<ListBucketResult/>')).toMatchObject({ entries: [], prefixes: [] });
    const xml = '<ListBucketResult><Contents><Key><![CDATA[a<b&amp;]]></Key><ETag/></Contents></ListBucketResult>';
    expect(scanListing(xml)?.entries).toMatchObject([{ key: 'a<b&amp;', etag: '' }]);
  });
});
