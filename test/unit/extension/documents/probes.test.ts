import { describe, expect, it } from 'vitest';
import { KnownProbes, probedPart } from '../../../../src/extension/documents/probes';

describe('probes of workspace folders', () => {
  it('are known by any segment of a key', () => {
    expect(probedPart('.git')).toBe('.git');
    expect(probedPart('a/.vscode/settings.json')).toBe('a/.vscode');
    expect(probedPart('a/node_modules/b/.git')).toBe('a/node_modules');
    expect(probedPart('a/b.git')).toBeUndefined();
    expect(probedPart('package.json')).toBeUndefined();
  });

  it('are unfounded until the name is seen', () => {
    const probes = new KnownProbes();
    expect(probes.isUnfounded('home/photos', '.vscode/settings.json')).toBe(true);
    probes.add('home/photos', '.vscode/');
    expect(probes.isUnfounded('home/photos', '.vscode/settings.json')).toBe(false);
    expect(probes.isUnfounded('home/photos', '.git/HEAD')).toBe(true);
    expect(probes.isUnfounded('home/other', '.vscode/settings.json')).toBe(true);
    expect(probes.isUnfounded('home/photos', 'a/.vscode')).toBe(true);
  });

  it('never concern other names', () => {
    expect(new KnownProbes().isUnfounded('home/photos', 'docs/readme.md')).toBe(false);
  });
});
