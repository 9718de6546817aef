import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, keyProblem, objectKey } from '../../../../src/model/ids';
import { parseViewUri, viewUri } from '../../../../src/extension/documents/viewUri';

const ref = { connectionId: connectionId('home'), bucket: bucketName('logs'), key: objectKey('2024/big.log') };

describe('URIs of read-only views', () => {
  it('say in their name what they show', () => {
    const uri = viewUri(ref, { kind: 'firstPart', lengthBytes: 1024 }, (name) => `First 1 kB of ${name}`);
    expect(uri).toMatchObject({ scheme: 'ibmcos-view', authority: 'home', path: '/logs/2024/First 1 kB of big.log' });
    expect(parseViewUri(uri)).toEqual({ ref, view: { kind: 'firstPart', lengthBytes: 1024 } });
  });

  it('find every key, version and ETag again', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' });
    fc.assert(
      fc.property(text, fc.option(text), text, (key, version, etag) => {
        const odd = { ...ref, key: objectKey(key), ...(version === null ? {} : { versionId: version }) };
        const view = { kind: 'snapshot', etag } as const;
        fc.pre([key, version ?? '', etag].every((part) => keyProblem(part || 'x') !== 'notUnicode'));
        expect(parseViewUri(viewUri(odd, view, (name) => name))).toEqual({ ref: odd, view });
      }),
    );
  });

  it('show nothing when somebody typed them wrong', () => {
    const at = (query: string) => parseViewUri({ scheme: 'ibmcos-view', authority: 'home', path: '/x', query });
    expect(at('')).toBeUndefined();
    expect(at('of=%2Flogs%2Fa&firstBytes=x')).toBeUndefined();
    expect(at('of=%2Flogs&etag=1')).toBeUndefined();
  });
});
