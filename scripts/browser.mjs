// The browser that shows VS Code to the tests.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Starts a headless browser with a profile of its own.
 * @param {string} profileFolder Created; a fresh one for each run.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<import('playwright-core').BrowserContext>}
 */
export function launchBrowser(profileFolder, env = process.env) {
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined) throw new Error(`No browser found; looked for ${places.join(', ')}.`);
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launchPersistentContext(profileFolder, {
    executablePath,
    headless: true,
    viewport: { width: 1280, height: 800 },
    acceptDownloads: true,
    env,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  });
}
