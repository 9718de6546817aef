import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkWorkflows, stepsOf } from '../../../scripts/checkWorkflows.mjs';
import { releaseProblems } from '../../../scripts/release.mjs';

const read = (path: string) => readFileSync(path, 'utf8');

it('lints workflows, and refuses the fixture that is wrong', () => {
  expect(checkWorkflows()).toBe(true);
});

it('runs in workflows only what runs here, too: each step is an npm script', () => {
  const steps = globSync('.github/workflows/*.yml').map(stepsOf);
  expect(steps.flatMap(({ others }) => others)).toEqual([]);
  const scripts = [...new Set(steps.flatMap((each) => each.scripts))].sort();
  const layers = ['localServer', 'server', 'unit', 'vscode', 'journeys'].map((layer) => `test:${layer}`);
  expect(scripts).toEqual([...layers, 'check', 'conformance', 'package', 'soak', 'test:desktop'].sort());
  // The Linux steps run in .ci/run: the layers as one npm test, which packages, too. What is long or needs a display does not.
  const ci = read('.ci/run');
  for (const command of ['npm run --silent check', 'npm test --silent', 'npm run --silent conformance'])
    expect(ci).toContain(command);
  const tests = read('scripts/test.mjs');
  for (const layer of layers) expect(tests).toContain(`${layer.replace('test:', '')}: () =>`);
});

const ready = {
  manifest: {
    version: '1.2.3',
    repository: { url: 'https://github.com/owner/name.git' },
    bugs: { url: 'https://github.com/owner/name/issues' },
    homepage: 'https://github.com/owner/name',
  },
  changelog: '## [1.2.3] - 2026-12-01',
  status: '',
  tags: ['v1.2.2'],
};

it('releases what has an address, a version and an entry, committed and not tagged before', () => {
  expect(releaseProblems(ready)).toEqual([]);
});

it('refuses to release with the placeholder addresses that the manifest has', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
  const problems = releaseProblems({ ...ready, manifest: { ...manifest, version: '1.2.3' } });
  expect(problems).toEqual(
    ['repository', 'bugs', 'homepage'].map(
      (name) => expect.stringContaining(`'${name}' in package.json is the placeholder`) as string,
    ),
  );
});

it.each([
  [{ manifest: { ...ready.manifest, version: '1.2' } }, 'not of the form'],
  [{ changelog: '## [Unreleased]' }, 'no section'],
  [{ status: ' M README.md' }, 'not committed'],
  [{ tags: ['v1.2.3'] }, 'exists already'],
])('refuses to release %j', (wrong, words) => {
  expect(releaseProblems({ ...ready, ...wrong }).join('\n')).toContain(words);
});
