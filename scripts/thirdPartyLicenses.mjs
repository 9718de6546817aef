// Writes dist/THIRD-PARTY-LICENSES.txt: the licences of everything the bundles contain, as the metafiles of the build tell.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `node_modules/a/node_modules/@b/c/d.js` is of the package folder `node_modules/a/node_modules/@b/c`. */
function packageFolder(input) {
  const at = input.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const rest = input.slice(at + 'node_modules/'.length).split('/');
  return input.slice(0, at) + 'node_modules/' + rest.slice(0, rest[0].startsWith('@') ? 2 : 1).join('/');
}

function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(?:[-.].*)?$/i.test(name));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
}

/** The packages whose code is in the bundles, by their manifests. */
export function bundledPackages() {
  return bundledFolders().map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

function bundledFolders() {
  const folders = new Set(['node_modules/keytar']);
  for (const meta of readdirSync('out/meta')) {
    for (const input of Object.keys(JSON.parse(readFileSync(join('out/meta', meta), 'utf8')).inputs)) {
      const folder = packageFolder(input);
      if (folder !== undefined) folders.add(folder);
    }
  }
  return [...folders].sort();
}

export function writeThirdPartyLicenses() {
  const folders = bundledFolders();
  /** Many packages share a text to the letter: print it once, under all their names. */
  const byText = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = licenceText(folder) ?? `Licence: ${license}`;
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const chapters = [...byText].map(([text, packages]) => `${packages.join('\n')}\n\n${text}\n`);
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', chapters.join(`\n${'-'.repeat(80)}\n\n`));
  return folders.length;
}
