import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { useCos } from './cosFixture';

const world = useCos();

/** Runs a line of bash in which `cos` is the command. */
async function bash(line: string): Promise<string> {
  const script = `cos() { "${process.execPath}" "${world.bundle}" "$@"; }\n${line}`;
  const { PATH = '' } = process.env;
  return (await promisify(execFile)('bash', ['-c', script], { env: { ...world.environment, PATH } })).stdout;
}

it('uploads what a command writes, and hands an object to a command', async () => {
  const { bucket, folder } = world;
  const place = `cos://${bucket}/piped`;
  expect(await bash(`cos cp <(printf 'of a command') ${place} && cos cp ${place} -`)).toBe('of a command');
  await bash(
    `cos cp ${place} >(tr a-z A-Z > ${folder}/upper; touch ${folder}/done); while [ ! -e ${folder}/done ]; do sleep 0.05; done`,
  );
  expect(readFileSync(`${folder}/upper`, 'utf8')).toBe('OF A COMMAND');
  await world.raw.send(new PutObjectCommand({ Bucket: bucket, Key: 'long', Body: Buffer.alloc(4_000_000, 'x') }));
  expect(await bash(`cos cp cos://${bucket}/long >(head -c 1 > /dev/null); echo "ended with $?"`)).toBe(
    'ended with 0\n',
  );
  expect(await bash(`cos cp --recursive <(printf x) ${place} 2>&1 || echo $?`)).toMatch(
    /and --recursive do not go together.*\n2\n$/,
  );
});

it('stores metadata beyond ASCII as encoded words, and shows what they spell', async () => {
  const { bucket, cos } = world;
  const path = world.write('f', 'x');
  const long = 'Große Übersicht über Ärzte, Öfen und 日本語 😀 — bis zum Schluß';
  for (const [source, key] of [
    [path, 'file'],
    ['-', 'piped'],
  ] as const) {
    const args = ['cp', source, `cos://${bucket}/${key}`, '--metadata', 'owner=Jürgen', '--metadata', `title=${long}`];
    expect(await cos([...args, '--metadata', 'plain=a b'], { input: Buffer.from('x') })).toMatchObject({ exitCode: 0 });
    const { Metadata = {} } = await world.raw.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    expect(Metadata['owner']).toBe('=?UTF-8?B?SsO8cmdlbg==?=');
    expect(Metadata['plain']).toBe('a b');
    const words = Metadata['title']?.split(' ') ?? [];
    expect(words.length).toBeGreaterThan(1);
    for (const word of words) expect(word).toMatch(/^=\?UTF-8\?B\?[A-Za-z0-9+/=]{1,60}\?=$/);
    const stat = await cos(['stat', `cos://${bucket}/${key}`, '--json']);
    expect(JSON.parse(stat.stdout)).toMatchObject({ metadata: { owner: 'Jürgen', title: long, plain: 'a b' } });
    expect((await cos(['stat', `cos://${bucket}/${key}`])).stdout).toContain('Jürgen\n');
  }
});
