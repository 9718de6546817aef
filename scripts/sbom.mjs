// Writes beside a package what is in it: its components as CycloneDX, and its SHA-256.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bundledPackages } from './thirdPartyLicenses.mjs';

/**
 * npm knows all that is installed; what is in the package is what the bundles hold, and keytar.
 * @param {string} vsix Absolute path of the package.
 * @returns {{ sbom: string, checksum: string }} Paths of what was written.
 */
export function writeSbom(vsix) {
  const npm = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (npm.status !== 0) throw new Error(`npm sbom failed:\n${npm.stderr}`);
  const all = JSON.parse(npm.stdout);
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const wanted = new Set(bundledPackages().map(({ name, version }) => `${name}@${version}`));
  // npm notes of each that only the development of ours needs it; what is bundled is needed by whoever runs it.
  const components = all.components
    .filter((component) => wanted.has(component['bom-ref']))
    .map((component) => ({ ...component, scope: 'required', properties: undefined }));
  const missing = [...wanted].filter((id) => !components.some((component) => component['bom-ref'] === id));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}.`);
  const refs = new Set([all.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const sha256 = createHash('sha256').update(readFileSync(vsix)).digest('hex');
  const bom = {
    ...all,
    metadata: {
      ...all.metadata,
      component: { ...all.metadata.component, name: manifest.name, hashes: [{ alg: 'SHA-256', content: sha256 }] },
    },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) })),
  };
  const sbom = vsix.replace(/\.vsix$/, '.cdx.json');
  const checksum = `${vsix}.sha256`;
  writeFileSync(sbom, `${JSON.stringify(bom, undefined, 2)}\n`);
  writeFileSync(checksum, `${sha256}  ${basename(vsix)}\n`);
  return { sbom, checksum };
}
