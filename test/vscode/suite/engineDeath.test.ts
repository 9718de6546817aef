import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { engineProcesses, placeUri, startStorage } from '../extensionHost';
import { until } from '../../until';

describe('the engine', () => {
  it('comes back by itself when it is killed while somebody browses', async () => {
    await startStorage();
    await vscode.workspace.fs.readDirectory(placeUri());
    const [first, ...others] = engineProcesses();
    assert.ok(first, 'no engine runs');
    assert.deepEqual(others, []);
    process.kill(first.pid, 'SIGKILL');
    await until(() => engineProcesses().every(({ pid }) => pid !== first.pid));
    await until(async () => {
      const entries = await vscode.workspace.fs.readDirectory(placeUri('getting-started')).then(
        (found) => found,
        () => [],
      );
      return entries.length > 0;
    });
    const [second] = engineProcesses();
    assert.notEqual(second?.pid, first.pid);
  });
});
