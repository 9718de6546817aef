// What `cos` begins with: compiled code is kept from one run to the next, in a folder that is the user's own.
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolderSync } from '../system/makeFolder';

function cacheHome({ XDG_CACHE_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  const chosen = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME;
  if (chosen !== undefined && chosen !== '') return chosen;
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

/**
 * Whether nobody else can put anything into a folder, or another folder in its place: what lies there is run. Both folders of
 * ours belong to this user and are closed to others; those above belong to this user or to root. Windows keeps them in the
 * user's profile.
 */
function isOurs(folder: string): boolean {
  const user = process.geteuid?.();
  if (user === undefined) return true;
  const isClosed = ({ mode }: Stats): boolean => (mode & 0o022) === 0;
  const own = [folder, dirname(folder)].map((path) => lstatSync(path));
  if (own.some((state) => !state.isDirectory() || state.uid !== user || !isClosed(state))) return false;
  let above = dirname(realpathSync(dirname(folder)));
  for (;;) {
    const state = lstatSync(above);
    const isSticky = (state.mode & 0o1000) !== 0;
    // The group of one's own that many systems give to each user is no other user.
    const isOwnGroup = (state.mode & 0o002) === 0 && state.gid === process.getegid?.();
    if (![0, user].includes(state.uid) || !(isClosed(state) || isSticky || isOwnGroup)) return false;
    if (above === dirname(above)) return true;
    above = dirname(above);
  }
}

try {
  const folder = join(cacheHome(process.env), 'cos-explorer', 'compiled');
  makeFolderSync(folder, 0o700);
  if (isOurs(folder)) enableCompileCache(folder);
} catch {
  // Where nothing can be kept, everything is compiled each time.
}
createRequire(__filename)(join(__dirname, 'cosMain.js'));
