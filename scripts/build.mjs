// Builds the bundles of the package into dist/. Usage: node scripts/build.mjs [--watch] [--minify]
import { rmSync, mkdirSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');

/** The oldest VS Code we support (1.103) runs extensions on Node 22. */
const target = 'node22';

const entries = {
  extension: 'src/extension/extension.ts',
  engine: 'src/engine/main.ts',
  localServer: 'src/localServer/main.ts',
  cos: 'src/cli/main.ts',
};

/** Runs before anything else in the programs a person starts by hand: an old Node gets one sentence, not a stack trace. */
const nodeCheck = `(()=>{const v=process.versions.node.split('.').map(Number);if(v[0]<22||(v[0]===22&&v[1]<13)){process.stderr.write('COS Explorer needs Node.js 22.13 or newer; this is Node.js '+process.versions.node+'.\\n');process.exit(1)}})();`;

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target,
  mainFields: ['module', 'main'],
  external: ['vscode', 'keytar'],
  legalComments: 'none',
  sourcemap: minify ? false : 'linked',
  minify,
  metafile: true,
  logLevel: 'warning',
};

mkdirSync('dist', { recursive: true });
for (const [name, entry] of Object.entries(entries)) {
  const options = {
    ...common,
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    ...(name === 'extension' ? {} : { banner: { js: `#!/usr/bin/env node\n${nodeCheck}` } }),
  };
  if (watch) {
    const context = await esbuild.context(options);
    await context.watch();
  } else {
    rmSync(`dist/${name}.js.map`, { force: true });
    const result = await esbuild.build(options);
    mkdirSync('out/meta', { recursive: true });
    writeFileSync(`out/meta/${name}.json`, JSON.stringify(result.metafile));
  }
}
