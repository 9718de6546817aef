// npm test: every layer. Usage: node scripts/test.mjs [--only LAYER]… [--minimum] [FILE…]
//   --only LAYER  runs that layer; may be repeated. FILE narrows vitest layers, and a folder of
//                 test/vscode the vscode layer.
//   The layer `electron` runs where COS_TEST_ELECTRON names an Electron, and is skipped where it does not.
//   --minimum     runs the vscode layer in the oldest VS Code that the manifest admits, too. CI does; by hand it would
//                 take `npm test` towards the end of its twenty minutes, as that VS Code has to be installed first.
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureVscode } from './installVscode.mjs';
import { packageExtension } from './package.mjs';
import { ensureSystemPackages } from './systemPackages.mjs';
import { runVitestLayer } from './vitestLayer.mjs';
import { runVscodeLayer } from './vscodeLayer.mjs';

const usage = (message) => {
  console.error(message);
  process.exit(2);
};

let parsed;
try {
  const options = {
    only: { type: 'string', multiple: true },
    minimum: { type: 'boolean', default: false },
    'update-screenshots': { type: 'boolean', default: false },
  };
  parsed = parseArgs({ options, allowPositionals: true });
} catch (error) {
  usage(error.message);
}
const { values, positionals: files } = parsed;

const hasElectron = (process.env.COS_TEST_ELECTRON ?? '') !== '';

let vsix;
const journeyEnv = () => ({
  ...process.env,
  TEST_VSIX: vsix,
  ...(values['update-screenshots'] ? { UPDATE_SCREENSHOTS: '1' } : {}),
});

/** The programs in the Electron at the path in COS_TEST_ELECTRON; without one the layer is skipped, and says so. */
function runElectronLayer() {
  if (hasElectron) return runVitestLayer('electron', { files });
  console.log('Skipped: set COS_TEST_ELECTRON to the path of an Electron to run this layer in it.');
  return { passed: 0, failed: 0, skipped: 1, isLeftOut: true };
}

/** The other layers start programs of the system, and what `npm run package` builds. */
const needsNpmAlone = (name) => name === 'unit';

/** Name → how to run it. The vscode layers and the journeys look at the packaged extension. */
const layers = {
  unit: () => runVitestLayer('unit', { files }),
  localServer: () => runVitestLayer('localServer', { files }),
  server: () => runVitestLayer('server', { files }),
  vscode: () => runVscodeLayer({ vsix, folders: files }),
  'vscode (minimum)': () => runVscodeLayer({ vsix, leg: 'minimum' }),
  journeys: () => runVitestLayer('journeys', { files, env: journeyEnv() }),
  electron: runElectronLayer,
};

const wanted = Object.keys(layers).filter((name) => {
  if (name === 'vscode (minimum)') return values.minimum;
  if (name === 'electron' && values.only === undefined) return hasElectron;
  return values.only === undefined || values.only.includes(name);
});
for (const name of values.only ?? []) {
  if (!(name in layers)) usage(`There is no layer '${name}'; there are ${Object.keys(layers).join(', ')}.`);
}

const startedAtMs = Date.now();
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;
const rows = [];
try {
  mkdirSync('out/test', { recursive: true });
  if (!wanted.every(needsNpmAlone)) ensureSystemPackages('test');
  if (wanted.some((name) => name.startsWith('vscode') || name === 'journeys')) {
    ensureVscode();
    if (values.minimum) ensureVscode('minimum');
  }
  if (!wanted.every(needsNpmAlone)) vsix = await packageExtension();
} catch (error) {
  console.error(error.message);
  rows.push({ name: 'preparation', passed: 0, failed: 1, skipped: 0, time: seconds(startedAtMs) });
}

/** Runs a layer to its end, and notes what came of it. */
async function run(name) {
  const layerStartedAtMs = Date.now();
  console.log(`\n=== ${name} ===`);
  let counts;
  try {
    counts = await layers[name]();
  } catch (error) {
    console.error(error.stack);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  if (counts.passed + counts.failed === 0 && !counts.isLeftOut) {
    console.error(`The layer '${name}' ran no test, which is a failure.`);
    counts.failed = 1;
  }
  rows.push({ name, ...counts, time: seconds(layerStartedAtMs) });
}

/** Layers one after the other, beside others: the one window of the vscode layer leaves most of a machine to servers. */
const lanes = [
  ['unit', 'localServer', 'server'],
  ['vscode', 'vscode (minimum)'],
];
const runLane = async (names) => {
  for (const name of names.filter((each) => wanted.includes(each))) await run(name);
};
if (rows.length === 0) {
  await Promise.all(lanes.map(runLane));
  await runLane(['journeys', 'electron']);
  rows.sort((a, b) => wanted.indexOf(a.name) - wanted.indexOf(b.name));
}

console.log('');
for (const { name, passed, failed, skipped, time } of rows) {
  const skips = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`${name.padEnd(18)} ${passed} passed, ${failed} failed${skips} (${time})`);
}
const sum = (count) => rows.reduce((total, row) => total + row[count], 0);
console.log(`Total time ${seconds(startedAtMs)}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
