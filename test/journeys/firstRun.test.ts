import { expect, test } from 'vitest';
import { useSession } from './session';

const current = useSession();

test('a newcomer starts the local server from the welcome view, browses a bucket and reads an object', async () => {
  const session = current();
  const { workbench } = session;
  await workbench.openObjectStorage();
  await workbench.page.getByRole('button', { name: 'Sign In' }).waitFor();
  await session.screenshot('welcome');

  await workbench.page.getByRole('button', { name: 'Try Local Object Storage' }).click();
  await workbench.expand('Local Object Storage');
  await workbench.expand('getting-started');
  await workbench.expand('data');
  await workbench.row('cities.csv').waitFor();

  await workbench.row('README.md').click();
  await workbench.waitForTab('README.md', 'clean');
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('#');
  await session.screenshot('browse');
});
