// What `cos` begins with: compiled code is kept from one run to the next, in a folder that is the user's own.
import { mkdirSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

function cacheHome({ XDG_CACHE_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  const chosen = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME;
  if (chosen !== undefined && chosen !== '') return chosen;
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

try {
  const folder = join(cacheHome(process.env), 'cos-explorer', 'compiled');
  // Nobody else may write there: what lies there is run.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  enableCompileCache(folder);
} catch {
  // Where nothing can be kept, everything is compiled each time.
}
createRequire(__filename)(join(__dirname, 'cosMain.js'));
