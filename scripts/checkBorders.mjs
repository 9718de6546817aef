// The walls between the rooms: the product must keep them, and a fixture that breaks each one must be caught.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { circleSentences, oneDirectionFolders } from './oneDirection.mjs';

const configuration = resolve('.dependency-cruiser.cjs');
const cruiser = resolve('node_modules/.bin/depcruise');

function cruise(folder) {
  const { stdout, stderr } = spawnSync(cruiser, ['--config', configuration, '--output-type', 'json', 'src'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (!stdout) throw new Error(`dependency-cruiser printed nothing: ${stderr}`);
  return JSON.parse(stdout);
}

/** Rules that test/fixtures/bad-imports breaks on purpose. */
const brokenInFixture = [
  'model-imports-nothing',
  'protocol-imports-model-only',
  'system-imports-node-only',
  'engine-without-vscode',
  'local-server-rooms',
  'extension-rooms',
  'extension-without-http',
];

export function checkBorders() {
  const product = cruise('.');
  const violations = product.summary.violations;
  for (const { rule, from, to } of violations) console.error(`border ${rule.name}: ${from} imports ${to}`);
  if (product.summary.totalCruised < 30) {
    console.error(`borders: only ${product.summary.totalCruised} modules seen, the cruiser is blind`);
    return false;
  }

  const circles = oneDirectionFolders.flatMap((folder) => circleSentences(folder, product.modules));
  for (const sentence of circles) console.error(`borders: ${sentence}`);

  const bad = cruise('test/fixtures/bad-imports');
  if (circleSentences('src/extension', bad.modules).length === 0) {
    console.error('borders: the bad fixture of rooms that know each other was not caught');
    return false;
  }
  const caught = new Set(bad.summary.violations.map(({ rule }) => rule.name));
  const missed = brokenInFixture.filter((name) => !caught.has(name));
  for (const name of missed) console.error(`borders: the bad fixture was not caught by ${name}`);

  const bundled = bundledRooms();
  return violations.length === 0 && circles.length === 0 && missed.length === 0 && bundled;
}

/** The extension's bundle holds nothing of the engine: it loads dist/engine.js by path. */
function bundledRooms() {
  const file = join('out', 'meta', 'extension.json');
  if (!existsSync(file)) return true;
  const inputs = Object.keys(JSON.parse(readFileSync(file, 'utf8')).inputs);
  const foreign = inputs.filter((path) => /^src\/(?:engine|localServer|cli)\//.test(path));
  for (const path of foreign) console.error(`borders: the extension bundles ${path}`);
  return foreign.length === 0;
}
