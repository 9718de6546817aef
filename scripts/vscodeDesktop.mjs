// npm run test:desktop: the suites of test/vscode in a desktop VS Code, on any system on which one can be fetched.
// Those that look at the window with a browser's eyes (palette) run in the browser VS Code only: npm run test:vscode.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { packageExtension } from './package.mjs';
import { bundle, prepare, readResults, sessions } from './vscodeLayer.mjs';
import { quietSettings } from './vscodeServer.mjs';

/** Installs the package and runs one session; answers how many tests passed and failed. */
async function runSession({ folder: name, settings }, executable, vsix) {
  const entry = await bundle(name);
  const folder = mkdtempSync(join(tmpdir(), 'desktop-'));
  const resultFile = resolve(`out/test/desktop-${name}.json`);
  rmSync(resultFile, { force: true });
  try {
    const { workspace, dummy } = prepare(folder);
    const user = join(folder, 'user', 'User');
    mkdirSync(user, { recursive: true });
    const all = { ...quietSettings, 'ibmcos.localServer.dataFolder': join(folder, 'storage'), ...settings };
    writeFileSync(join(user, 'settings.json'), JSON.stringify(all));
    const places = [`--user-data-dir=${join(folder, 'user')}`, `--extensions-dir=${join(folder, 'extensions')}`];
    const [cli, ...cliArgs] = resolveCliArgsFromVSCodeExecutablePath(executable);
    const installing = ['--install-extension', vsix, ...cliArgs.filter((one) => !/-dir=/.test(one)), ...places];
    const shell = process.platform === 'win32';
    if (spawnSync(cli, installing, { stdio: 'inherit', shell }).status !== 0)
      throw new Error('The package could not be installed.');
    const code = await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: dummy,
      extensionTestsPath: entry,
      extensionTestsEnv: { TEST_RESULT_FILE: resultFile, TEST_FOLDER: folder },
      launchArgs: [workspace, ...places, '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
    }).catch((error) => (console.error(error.message), 1));
    const results = readResults(resultFile);
    for (const { title, message } of results?.failed ?? []) console.log(`FAILED ${title}\n${message}\n`);
    const failed = results?.failed.length ?? 1;
    return { passed: results?.passed.length ?? 0, failed: code !== 0 && failed === 0 ? 1 : failed };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

// A desktop program needs a display; where there is none, a virtual one.
if (process.platform === 'linux' && !process.env.DISPLAY) {
  const { status, error } = spawnSync('xvfb-run', ['-a', process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  if (error) console.error('There is no display, and no xvfb-run to make one (the system package xvfb).');
  process.exit(status ?? 1);
}

try {
  mkdirSync('out/test', { recursive: true });
  const executable = await downloadAndUnzipVSCode('stable');
  const vsix = await packageExtension();
  const total = { passed: 0, failed: 0 };
  for (const session of sessions.filter(({ folder }) => folder !== 'palette')) {
    const { passed, failed } = await runSession(session, executable, vsix);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
} catch (error) {
  console.error(`The desktop VS Code could not be run: ${error.message}`);
  process.exitCode = 1;
}
