// npm run conformance: clients that nobody here wrote, each against a fresh local server.
// Usage: node scripts/conformance.mjs [--only CLIENT]… [--strict] [--write-docs]
//   --strict      a client that is missing fails the run, too.
//   --write-docs  writes the tables of docs/local-server.md.
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';
import { readFileSync, writeFileSync } from 'node:fs';

// Three folders below the root, as deep as the modules that find the root from where they lie.
const program = 'out/conformance/program/main.mjs';
await build({
  entryPoints: ['test/conformance/main.ts'],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  packages: 'external',
  logLevel: 'warning',
});
await import(new URL(`../${program}`, import.meta.url).href);

if (process.argv.includes('--write-docs')) {
  const docs = 'docs/local-server.md';
  writeFileSync(docs, await format(readFileSync(docs, 'utf8'), { ...(await resolveConfig(docs)), filepath: docs }));
}
