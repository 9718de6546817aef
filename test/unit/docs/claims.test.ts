import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('README', () => {
  it('names every host of IBM Cloud that the engine knows by itself', () => {
    const source = globSync('src/engine/**/*.ts', { cwd: root }).map(read).join('\n');
    const hosts = new Set(
      [
        ...source.matchAll(/'(?:https:\/\/)?[\w.-]+\.cloud\.ibm\.com|`https:\/\/[^`]*(?:cloud\.ibm|hs-crypto)[^`]*`/g),
      ].map(([host]) =>
        host
          .replace(/^['`](?:https:\/\/)?/, '')
          .replace(/\$\{infix\}|\$\{isPrivate [^}]*\}/g, '')
          .replace('${region}', '<region>')
          .replace('${instanceGuid}', '<instance>')
          .replace(/[/`].*$/, '')
          .replace(/^us-south\.kms/, '<region>.kms'),
      ),
    );
    const privacy = read('README.md').split('## Privacy')[1]!;
    expect(hosts.size).toBeGreaterThan(5);
    expect([...hosts].filter((host) => !privacy.includes(`\`${host}\``))).toEqual([]);
  });
});
