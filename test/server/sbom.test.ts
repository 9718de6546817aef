import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeSbom } from '../../scripts/sbom.mjs';

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly hashes: { readonly content: string }[] } };
  readonly components: { readonly purl: string; readonly version: string; readonly scope: string }[];
  readonly dependencies: { readonly ref: string; readonly dependsOn: string[] }[];
}

it('lists beside a package the components that are in it and no others, with its SHA-256', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  try {
    const vsix = join(folder, 'cos.vsix');
    writeFileSync(vsix, 'a package');
    const { sbom, checksum } = writeSbom(vsix);
    const sha256 = createHash('sha256').update('a package').digest('hex');
    expect(readFileSync(checksum, 'utf8')).toBe(`${sha256}  cos.vsix\n`);
    const bom = JSON.parse(readFileSync(sbom, 'utf8')) as Bom;
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'cos-explorer' } } });
    expect(bom.metadata.component.hashes.map(({ content }) => content)).toEqual([sha256]);
    const names = bom.components.map(({ purl }) => decodeURIComponent(purl).replace(/^pkg:npm\/(.*)@[^@]*$/, '$1'));
    expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-s3', '@github/keytar', 'vscode-jsonrpc']));
    expect(names.filter((name) => /vitest|eslint|typescript|playwright/.test(name))).toEqual([]);
    expect(new Set(bom.components.map(({ scope }) => scope))).toEqual(new Set(['required']));
    const refs = new Set(bom.dependencies.map(({ ref }) => ref));
    expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
