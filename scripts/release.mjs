// npm run release: everything that has to be so before a version goes out, the package, and the tag. docs/releasing.md has
// the order. Usage: node scripts/release.mjs [--dry-run]
//   --dry-run  says what is not so yet and what would be done, and does nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { packageExtension } from './package.mjs';
import { writeSbom } from './sbom.mjs';

const placeholder = /^(?:git\+)?https:\/\/example\.com\//;

/**
 * What keeps a version from going out, as sentences.
 * @param {{ manifest: Record<string, any>, changelog: string, status: string, tags: string[] }} state
 * @returns {string[]}
 */
export function releaseProblems({ manifest, changelog, status, tags }) {
  const { version, repository, bugs, homepage } = manifest;
  const urls = { repository: repository?.url, bugs: bugs?.url, homepage };
  return [
    ...(/^\d+\.\d+\.\d+$/.test(version)
      ? []
      : [`The version in package.json, '${version}', is not of the form 1.2.3.`]),
    ...Object.entries(urls)
      .filter(([, url]) => url === undefined || placeholder.test(url))
      .map(([name, url]) => `'${name}' in package.json is the placeholder ${url}: nobody has chosen an address yet.`),
    ...(changelog.includes(`## [${version}]`) ? [] : [`CHANGELOG.md has no section '## [${version}]'.`]),
    ...(status === '' ? [] : ['There are changes that are not committed.']),
    ...(tags.includes(`v${version}`) ? [`The tag v${version} exists already: raise the version.`] : []),
  ];
}

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();

async function release(isDryRun) {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const state = { manifest, changelog, status: git('status', '--porcelain'), tags: git('tag', '--list').split('\n') };
  const problems = releaseProblems(state);
  for (const problem of problems) console.error(problem);
  const tag = `v${manifest.version}`;
  if (isDryRun) {
    console.log(
      `Would build and check the package, list its components, and tag this commit as ${tag}. Nothing was done.`,
    );
  } else if (problems.length === 0) {
    const vsix = await packageExtension();
    const { sbom, checksum } = writeSbom(vsix);
    git('tag', '--annotate', tag, '--message', `COS Explorer ${manifest.version}`);
    console.log([`Tagged ${tag}. Attach to its release:`, vsix, sbom, checksum].join('\n'));
  }
  return problems.length === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const isDryRun = process.argv.includes('--dry-run');
  if (!(await release(isDryRun))) {
    console.error(`${isDryRun ? 'A release would be' : 'The release was'} refused.`);
    process.exitCode = 1;
  }
}
