// Builds the .vsix and checks what is in it; run by itself, it writes its components (CycloneDX) and its SHA-256 beside it.
// Usage: node scripts/package.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createVSIX, listFiles } from '@vscode/vsce';
import { writeSbom } from './sbom.mjs';
import { writeThirdPartyLicenses } from './thirdPartyLicenses.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const maxBytes = 10 * 1024 * 1024;

/** Everything the package may hold. A path that no line admits was let in by mistake. */
const allowed = [
  /^package\.json$/,
  /^package\.nls(\.[a-z-]+)?\.json$/,
  /^(README|CHANGELOG)\.md$/i,
  /^LICENSE(\.(txt|md))?$/,
  /^dist\/(extension\.mjs|(engine|checksumThread|localServer|cos|cosMain)\.js|THIRD-PARTY-LICENSES\.txt)$/,
  /^dist\/extension\/[A-Za-z0-9-]+\.mjs$/,
  /^media\/.+\.(svg|png|md)$/,
  /^schemas\/.+\.json$/,
  /^l10n\/.+\.json$/,
  /^node_modules\/keytar\/(package\.json|LICENSE(\.md)?|lib\/.+\.js|prebuilds\/[a-z0-9-]+\/.+\.node)$/,
];

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const required = [
  ...['package.json', 'README.md', 'CHANGELOG.md'],
  'dist/THIRD-PARTY-LICENSES.txt',
  'dist/extension.mjs',
  ...['engine', 'checksumThread', 'localServer', 'cos', 'cosMain'].map((name) => `dist/${name}.js`),
  ...['node_modules/keytar/package.json', 'node_modules/keytar/lib/keytar.js'],
  ...platforms.map((platform) => `node_modules/keytar/prebuilds/${platform}/keytar.node`),
];

/** What is wrong with a listing, as sentences. */
export function problemsOf(files, sizeBytes) {
  const norm = files.map((file) => file.replaceAll('\\', '/'));
  return [
    ...norm
      .filter((file) => !allowed.some((line) => line.test(file)))
      .map((file) => `'${file}' does not belong in the package.`),
    ...required.filter((file) => !norm.includes(file)).map((file) => `'${file}' is missing from the package.`),
    ...(norm.some((file) => /^LICENSE/.test(file)) ? [] : ['The licence is missing from the package.']),
    ...(sizeBytes > maxBytes ? [`The package has ${sizeBytes} bytes; at most ${maxBytes} are allowed.`] : []),
  ];
}

/**
 * Bundles, packages and checks.
 * @returns {Promise<string>} Absolute path of the .vsix.
 */
export async function packageExtension() {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--minify'], { cwd: root, stdio: 'inherit' });
  const packagePath = join(root, 'out/cos-explorer.vsix');
  mkdirSync(dirname(packagePath), { recursive: true });
  writeThirdPartyLicenses();
  // The pictures are in the package, so the README's relative links hold as they are.
  await createVSIX({ cwd: root, packagePath, rewriteRelativeLinks: false, allowMissingRepository: true });
  const problems = problemsOf(await listFiles({ cwd: root }), statSync(packagePath).size);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return packagePath;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const path = await packageExtension();
    const { sbom, checksum } = writeSbom(path);
    console.log(`${path}: ${(statSync(path).size / 1024 / 1024).toFixed(2)} MiB\n${sbom}\n${checksum}`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
