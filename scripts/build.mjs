// Builds the bundles of the package into dist/. Usage: node scripts/build.mjs [--watch] [--minify]
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');

/** The oldest VS Code we support (1.103) runs extensions on Node 22. */
const target = 'node22';

const programs = {
  engine: 'src/engine/main.ts',
  checksumThread: 'src/engine/checksums/checksumThread.ts',
  localServer: 'src/localServer/main.ts',
  cos: 'src/cli/start.ts',
  cosMain: 'src/cli/main.ts',
};

/** Runs before anything else in the programs a person starts by hand: an old Node gets one sentence, not a stack trace. */
const nodeCheck = `(()=>{const v=process.versions.node.split('.').map(Number);if(v[0]<22||(v[0]===22&&v[1]<13)){process.stderr.write('COS Explorer needs Node.js 22.13 or newer; this is Node.js '+process.versions.node+'.\\n');process.exit(1)}})();`;

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

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
  define: { COS_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
};

/**
 * The extension is a module, so that what a command or document needs is loaded when it is first used: every `import()` in
 * `src/extension` begins a file of its own below dist/extension. CommonJS packages in the bundle ask for `require`.
 */
const extension = {
  ...common,
  format: 'esm',
  splitting: true,
  entryPoints: { extension: 'src/extension/extension.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'extension/[name]-[hash]',
  banner: {
    js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
  },
};

const bundles = {
  extension,
  ...Object.fromEntries(
    Object.entries(programs).map(([name, entry]) => [
      name,
      {
        ...common,
        entryPoints: [entry],
        outfile: `dist/${name}.js`,
        banner: { js: `#!/usr/bin/env node\n${nodeCheck}` },
      },
    ]),
  ),
};

mkdirSync('dist', { recursive: true });
if (!watch) {
  rmSync('dist/extension', { recursive: true, force: true });
  for (const name of readdirSync('dist')) if (name.endsWith('.map')) rmSync(`dist/${name}`);
}
/** Says when something is built anew, in the two lines that the task of .vscode/tasks.json waits for. */
let underWay = 0;
const announce = {
  name: 'announce',
  setup({ onStart, onEnd }) {
    onStart(() => {
      if (underWay++ === 0) console.log('building');
    });
    onEnd(() => {
      if (--underWay === 0) console.log('built, watching');
    });
  },
};

const contexts = watch
  ? await Promise.all(Object.values(bundles).map((options) => esbuild.context({ ...options, plugins: [announce] })))
  : [];
await Promise.all(contexts.map((context) => context.watch()));

for (const [name, options] of Object.entries(bundles)) {
  if (!watch) {
    const result = await esbuild.build(options);
    mkdirSync('out/meta', { recursive: true });
    writeFileSync(`out/meta/${name}.json`, JSON.stringify(result.metafile));
  }
}
