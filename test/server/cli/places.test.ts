import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCos } from './cosFixture';

const world = useCos();

describe('a place of the command line', () => {
  const keys = ['mk/a', 'mk/sub/b', 'mkcopy/c', 'mk.txt'];

  it('is a folder for ls, rm and cp alike, unless it ends in a star', async () => {
    const { bucket, cos, put } = world;
    await put(keys);
    const listed = async (place: string) =>
      (await cos(['ls', '-r', place])).stdout.split('\n').flatMap((line) => line.split('  ').slice(-1));
    expect(await listed(`cos://${bucket}/mk`)).toEqual(['mk/a', 'mk/sub/b', '']);
    expect(await listed(`cos://${bucket}/mk/`)).toEqual(['mk/a', 'mk/sub/b', '']);
    expect(await listed(`cos://${bucket}/mk*`)).toEqual(['mk.txt', 'mk/a', 'mk/sub/b', 'mkcopy/c', '']);
    expect(await listed(`cos://${bucket}/mk.txt`)).toEqual(['mk.txt', '']);
    expect((await cos(['ls', `cos://${bucket}/mk`])).stdout).toMatch(/ {2}sub\/\n.* {2}a\n$/);

    expect(await cos(['cp', '-r', `cos://${bucket}/mk`, join(world.folder, 'one')])).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(world.folder, 'one')).sort()).toEqual(['a', 'sub']);
    expect(await cos(['cp', '-r', `cos://${bucket}/mk*`, join(world.folder, 'all')])).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(world.folder, 'all')).sort()).toEqual(['mk', 'mk.txt', 'mkcopy']);
    expect(await cos(['cp', '-r', `cos://${bucket}/mk*`, `cos://${bucket}/to/`])).toMatchObject({ exitCode: 0 });
    expect(await world.keys('to/')).toEqual(['to/mk.txt', 'to/mk/a', 'to/mk/sub/b', 'to/mkcopy/c']);

    expect(await cos(['rm', '-r', '--yes', `cos://${bucket}/mk`])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await world.keys('mk')).toEqual(['mk.txt', 'mkcopy/c']);
    expect(await cos(['rm', '-r', '--yes', `cos://${bucket}/mk*`])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await world.keys('mk')).toEqual([]);
  });

  it('that holds nothing is told, and nothing is deleted or copied beside it', async () => {
    const { bucket, cos } = world;
    await world.put(['here/a']);
    const typo = `cos://${bucket}/heer`;
    const said = `cos: bucket "${bucket}" holds nothing below "heer/"\n`;
    expect(await cos(['rm', '-r', '--yes', typo])).toMatchObject({ exitCode: 1, stdout: '', stderr: said });
    expect(await cos(['rm', '-r', '--yes', `cos://${bucket}/here`, typo])).toMatchObject({
      exitCode: 1,
      stderr: `cos: one of the places holds nothing, so nothing was deleted\n${said}`,
    });
    expect(await world.keys()).toEqual(['here/a']);
    expect(await cos(['ls', '-r', typo])).toMatchObject({ exitCode: 1, stderr: said });
    expect(await cos(['cp', '-r', typo, `cos://${bucket}/to`])).toMatchObject({ exitCode: 1, stderr: said });
    const down = await cos(['cp', '-r', typo, join(world.folder, 'to')]);
    expect(down).toMatchObject({ exitCode: 1 });
    expect(down.stderr).toContain('below "heer/"');
    expect(down.stderr).not.toContain('--recursive');
  });
});

describe('--include and --exclude', () => {
  it.each([
    ['a/', ['a.txt', 'b/a', 'b/c']],
    ['/a/', ['a.txt', 'b/a', 'b/c']],
    ['b/a/', ['a.txt', 'a/x', 'a/y/z', 'b/a', 'b/c']],
    ['a/y/', ['a.txt', 'a/x', 'b/a', 'b/c']],
    ['y/', ['a.txt', 'a/x', 'b/a', 'b/c']],
  ])('leave out by %j the folder, and no file of that name, up, across and down', async (pattern, left) => {
    const { bucket, cos, folder } = world;
    const all = ['a.txt', 'a/x', 'a/y/z', 'b/a', 'b/c'];
    for (const name of all) world.write(`in/${name}`, name);
    await world.put(all.map((name) => `in/${name}`));
    const places = [
      [join(folder, 'in'), `cos://${bucket}/up/`],
      [`cos://${bucket}/in`, `cos://${bucket}/across/`],
      [`cos://${bucket}/in`, join(folder, 'down')],
    ] as const;
    const stderr = pattern === 'b/a/' ? 'cos: nothing matches --exclude "b/a/"\n' : '';
    for (const [from, to] of places) {
      expect(await cos(['cp', '-r', from, to, '--exclude', pattern])).toMatchObject({ exitCode: 0, stderr });
    }
    for (const way of ['up', 'across'])
      expect(await world.keys(`${way}/`)).toEqual(left.map((name) => `${way}/${name}`));
    const files = readdirSync(join(folder, 'down'), { recursive: true, withFileTypes: true });
    expect(
      files
        .filter((one) => one.isFile())
        .map((one) => join(one.parentPath, one.name).slice(folder.length + 6))
        .sort(),
    ).toEqual(left);
  });

  it('refuse a malformed pattern by name, before anything is sent', async () => {
    const end = await world.cos(['cp', '-r', world.folder, `cos://no-such-bucket/p`, '--include', '[']);
    expect(end).toMatchObject({ exitCode: 2, stdout: '' });
    expect(end.stderr).toContain('the pattern "[" of --include opens "[" and does not close it');
  });

  it('tell which of them matches nothing, and fail where nothing at all is selected', async () => {
    const { bucket, cos } = world;
    world.write('in/a.csv', 'x');
    const up = ['cp', '-r', join(world.folder, 'in'), `cos://${bucket}/p`];
    expect(await cos([...up, '--include', '*.csv', '--include', '*.tsv', '--exclude', 'drafts/'])).toMatchObject({
      exitCode: 0,
      stderr: 'cos: nothing matches --include "*.tsv"\ncos: nothing matches --exclude "drafts/"\n',
    });
    expect(await cos([...up, '--include', '*.tsv'])).toMatchObject({
      exitCode: 1,
      stderr: 'cos: nothing matches --include "*.tsv"\ncos: there was nothing to copy\n',
    });
    mkdirSync(join(world.folder, 'empty'));
    expect(await cos(['cp', '-r', join(world.folder, 'empty'), `cos://${bucket}/q`])).toMatchObject({
      exitCode: 0,
      stderr: 'cos: there was nothing to copy\n',
    });
  });

  it('do not miss a link that leads nowhere where no such file is wanted', async () => {
    const { bucket, cos, folder } = world;
    world.write('in/a.csv', 'x');
    symlinkSync('nowhere', join(folder, 'in/dangling.txt'));
    symlinkSync('loop.txt', join(folder, 'in/loop.txt'));
    const up = ['cp', '-r', join(folder, 'in'), `cos://${bucket}/p`];
    expect(await cos([...up, '--include', '*.csv'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await cos([...up, '--include', '*.csv', '--no-follow-symlinks', '--if-exists', 'replace'])).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await cos([...up, '--include', '*', '--if-exists', 'replace'])).toMatchObject({ exitCode: 3 });
  });
});

describe('compiled code', () => {
  it('is neither kept in nor taken from a folder that others may write to', async () => {
    const kept = join(world.folder, '.cache/cos-explorer/compiled');
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    for (const path of [kept, join(kept, '..')]) {
      chmodSync(path, 0o777);
      expect(await world.cos(['--help'])).toMatchObject({ exitCode: 0, stderr: '' });
      expect(readdirSync(kept)).toEqual([]);
      chmodSync(path, 0o700);
    }
    chmodSync(join(world.folder, '.cache'), 0o777);
    expect(await world.cos(['--help'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(kept)).toEqual([]);
    chmodSync(join(world.folder, '.cache'), 0o755);
    await world.cos(['--help']);
    expect(readdirSync(kept).length).toBeGreaterThan(0);
  });
});
