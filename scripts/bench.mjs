// npm run bench: builds the package's programs and the benchmarks, and runs them. Usage: node scripts/bench.mjs [--only NAME]
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import * as esbuild from 'esbuild';

const build = spawnSync(process.execPath, ['scripts/build.mjs', '--minify'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(1);

await esbuild.build({
  entryPoints: ['bench/main.ts', 'bench/sockets/client.ts'],
  outdir: 'out/bench',
  outbase: 'bench',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  packages: 'external',
  logLevel: 'warning',
  plugins: [
    {
      // Scripts find the project by their own place, so they are loaded from there.
      name: 'scripts-in-place',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/scripts\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
          path: resolve(resolveDir, path),
          external: true,
        })),
    },
  ],
});
const { status } = spawnSync(process.execPath, ['out/bench/main.mjs', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = status ?? 1;
