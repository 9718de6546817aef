import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { processesBelow } from '../../fakes/secretSearch';
import { extension, storageFolder } from '../extensionHost';

describe('activation', () => {
  it('starts no process and writes nothing', async () => {
    const before = processesBelow(process.pid).map(({ pid }) => pid);
    await extension().activate();
    const started = processesBelow(process.pid).filter(
      ({ pid, argv }) => !before.includes(pid) && argv.includes('cos-explorer'),
    );
    assert.deepEqual(started, []);
    assert.equal(existsSync(storageFolder()), false);
  });

  it('registers every command of the manifest, and none besides', async () => {
    const manifest = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    const declared = manifest.contributes.commands.map(({ command }) => command).sort();
    // VS Code adds commands of its own for every view and view container.
    const ofViews = /^ibmcos\.\w+\.(focus|open|removeView|resetViewLocation|toggleVisibility)$/;
    const all = await vscode.commands.getCommands(true);
    const registered = all.filter((id) => id.startsWith('ibmcos.') && (declared.includes(id) || !ofViews.test(id)));
    assert.ok(declared.length > 20);
    assert.deepEqual(registered.sort(), declared);
  });
});
