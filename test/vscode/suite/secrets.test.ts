import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import * as vscode from 'vscode';
import { ownProcesses, placeUri, readOf, startStorage, storageFolder, testFolder } from '../extensionHost';

describe('secrets of Local Object Storage', () => {
  it('are nowhere but in its own data folder', async () => {
    const { info } = await startStorage();
    await vscode.workspace.fs.readDirectory(placeUri());
    const secrets = [info.apiKey, info.secretAccessKey];
    const holds = (text: string | undefined) => secrets.some((secret) => text?.includes(secret));

    assert.ok(holds(readFileSync(join(storageFolder(), 'credentials.json'), 'latin1')), 'nothing is looked for');

    const files = readdirSync(testFolder(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // The browser's profile is no place that an extension writes to; its cache holds the page of this test's own run.
      .filter(
        (path) => !path.startsWith(storageFolder() + sep) && !path.startsWith(join(testFolder(), 'profile') + sep),
      );
    assert.ok(files.some((path) => path.endsWith('settings.json')));
    assert.ok(files.some((path) => path.endsWith('.log')));
    const found = files.filter((path) => holds(readFileSync(path, 'latin1')));

    const processes = ownProcesses();
    assert.ok(processes.some(({ argv }) => argv.includes('dist/engine.js')));
    const inArgv = processes.filter(({ argv }) => holds(argv)).map(({ pid }) => `argv of ${pid}`);
    const inEnvironment = processes
      .filter(({ pid }) => holds(readOf(String(pid), 'environ')))
      .map(({ pid }) => `environment of ${pid}`);
    assert.deepEqual([...found, ...inArgv, ...inEnvironment], []);
  });
});
