// Size budgets of the bundles (docs/architecture.md). The package's own budget is checked where it is built.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const budgets = {
  'dist/engine.js': 2_000_000,
  'dist/checksumThread.js': 20_000,
  'dist/localServer.js': 1_000_000,
  'dist/cos.js': 10_000,
  'dist/cosMain.js': 2_000_000,
};

/** What webviews load, all pages together; there is none yet. */
const pages = { folder: 'dist/pages', budgetBytes: 300_000 };

/** What is loaded when the extension starts, and that with all that is loaded later. */
const extensionBudgets = { 'extension at its start': 200_000, 'extension, all of it': 1_200_000 };

export function checkSizes() {
  const sizes = { ...sizesOfExtension(), pages: sizeOfFolder(pages.folder) };
  for (const file of Object.keys(budgets)) sizes[file] = statSync(file).size;
  let ok = true;
  for (const [file, budgetBytes] of Object.entries({ ...extensionBudgets, pages: pages.budgetBytes, ...budgets })) {
    const sizeBytes = sizes[file];
    const verdict = sizeBytes <= budgetBytes;
    ok &&= verdict;
    console.log(
      `  ${file}: ${(sizeBytes / 1000).toFixed(0)} kB of ${(budgetBytes / 1000).toFixed(0)} kB${verdict ? '' : ', over budget'}`,
    );
  }
  return ok;
}

function sizesOfExtension() {
  const { outputs } = JSON.parse(readFileSync('out/meta/extension.json', 'utf8'));
  const atStart = new Set();
  const visit = (file) => {
    if (atStart.has(file)) return;
    atStart.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === 'import-statement' && path in outputs) visit(path);
  };
  visit('dist/extension.mjs');
  const sum = (files) => files.reduce((bytes, file) => bytes + outputs[file].bytes, 0);
  const all = Object.keys(outputs).filter((file) => file.endsWith('.mjs'));
  return { 'extension at its start': sum([...atStart]), 'extension, all of it': sum(all) };
}

function sizeOfFolder(folder) {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((bytes, { parentPath, name }) => bytes + statSync(join(parentPath, name)).size, 0);
}
