import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSnippet, snippetLanguages } from '../../../src/extension/snippets/generate';
import { snippetPlace, type SnippetPlace } from '../../../src/extension/snippets/place';
import type { Connection, HmacConnection } from '../../../src/model/connection';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';

const nasty = [
  'plain.txt',
  'it\'s "quoted" `x` $(id) ${HOME} %s %25 #{x} {{x}}',
  'new\nline\r\ttab\u0000nul\u0007bell',
  'back\\slash \\u0041 \\n \\" \\',
  'Größe 日本 😀 \ufeff \u2028 \u202e',
  '*/ // # """ \'\'\' {} [] .. /../x',
];
const base = { id: connectionId('c'), name: 'c' };
const iam: Connection = { ...base, kind: 'iam', serviceInstanceId: 'crn:v1:x', endpoint: 'https://s3.example' };
const hmac: HmacConnection = {
  ...base,
  kind: 'hmac',
  endpoint: 'https://s3.example',
  region: 'eu-de',
  addressingStyle: 'path',
};
const anonymous: Connection = { ...base, kind: 'anonymous', endpoint: 'https://s3.example' };
const url = 'https://s3.eu-de.example:8443/my-bucket/x';
const places: SnippetPlace[] = [iam, hmac, anonymous].flatMap((connection) =>
  [undefined, ...nasty].map((key) =>
    snippetPlace(connection, bucketName('my-bucket'), key === undefined ? key : objectKey(key), url),
  ),
);

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'snippets-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function files(language: 'python' | 'javascript' | 'shellscript', extension: string): string[] {
  return places.map((place, at) => {
    const path = join(folder, `s${at}.${extension}`);
    writeFileSync(path, generateSnippet(language, place));
    return path;
  });
}

/** What a server is asked for when a script runs. */
async function askedFor(script: string): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const path = join(folder, 'run.sh');
  writeFileSync(path, script.replaceAll('http://127.0.0.1:1', `http://127.0.0.1:${port}`));
  const env = {
    PATH: process.env['PATH'],
    COS_HMAC_ACCESS_KEY_ID: 'a',
    COS_HMAC_SECRET_ACCESS_KEY: 'b',
    IBM_API_KEY_ID: 'k',
  };
  await new Promise((resolve) => execFile('sh', [path], { env, cwd: folder }, resolve));
  await new Promise((resolve) => server.close(resolve));
  return asked;
}

describe('the command of a snippet for curl, when it is run', () => {
  const bucketNames = [
    'my-bucket',
    '?x=1#f',
    '{a,b}[1-3]',
    'a b',
    "it's $(touch x) `id`",
    '..',
    '-o',
    'ä\u202e%2e',
    '[Sign](command:x)',
  ];
  const keys = [undefined, ...nasty, '{a,b}[1-3]?x#y', '../up', '-K /etc/x', '[z-a]'];
  const local = { endpoint: 'http://127.0.0.1:1', region: 'eu-de' } as const;

  it.each(bucketNames)('asks once, and for the bucket %s and the key to the letter', async (bucket) => {
    for (const connection of [anonymous, { ...hmac, ...local }, { ...iam, iamEndpoint: 'http://127.0.0.1:1' }]) {
      for (const key of bucket === 'my-bucket' || connection === anonymous ? keys : keys.slice(0, 2)) {
        const named = key === undefined ? key : objectKey(key);
        const place = snippetPlace(connection, bucketName(bucket), named, 'http://127.0.0.1:1/x');
        const asked = await askedFor(generateSnippet('shellscript', place));
        expect(asked.filter((path) => path !== '/identity/token')).toHaveLength(1);
        const path = asked.at(-1) ?? '';
        expect(path).toMatch(/^[!-~]+$/);
        const [inPath = '', query] = path.split('?');
        const encodedBucket = encodeURIComponent(bucket).replace(
          /[!'()*]/g,
          (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
        );
        const rest = inPath.slice(1 + encodedBucket.length);
        expect(inPath.startsWith(`/${encodedBucket}`)).toBe(true);
        expect(query).toBe(key === undefined ? 'list-type=2' : undefined);
        expect(decodeURIComponent(rest)).toBe(key === undefined ? '' : `/${key}`);
      }
    }
    expect(readdirSync(folder)).not.toContain('x');
  });
});

describe('a snippet', () => {
  it('names the endpoint of the bucket and no secret, in every language', () => {
    for (const place of places) {
      for (const language of snippetLanguages) {
        const text = generateSnippet(language, place);
        expect(text).toContain('https://s3.eu-de.example:8443');
        const names = { iam: /IBM_API_KEY_ID/, hmac: /COS_HMAC_SECRET_ACCESS_KEY/ };
        if (place.signIn.kind === 'anonymous')
          expect(text).not.toMatch(/IBM_API|COS_HMAC|environ|getenv|process\.env/i);
        else expect(text).toMatch(names[place.signIn.kind]);
      }
    }
  });

  it('takes a bucket out of the host name that it is reached by', () => {
    const virtual: Connection = { ...hmac, addressingStyle: 'virtualHost' };
    const place = snippetPlace(
      virtual,
      bucketName('my-bucket'),
      objectKey('k'),
      'https://my-bucket.s3.eu-de.example/k',
    );
    expect(place).toMatchObject({ endpoint: 'https://s3.eu-de.example', isPathStyle: false });
    expect(generateSnippet('shellscript', place)).toContain("'https://my-bucket.s3.eu-de.example/k'");
  });

  it('compiles in Python, and means the key to the letter', () => {
    const program = `
import ast, json, py_compile, sys
found = []
for path in sys.argv[1:]:
    py_compile.compile(path, doraise=True)
    tree = ast.parse(open(path, encoding="utf-8", newline="").read())
    keys = [k.value.value for c in ast.walk(tree) if isinstance(c, ast.Call) for k in c.keywords if k.arg == "Key"]
    found.append(keys[0] if keys else None)
print(json.dumps(found))`;
    const found: unknown = JSON.parse(
      execFileSync('python3', ['-c', program, ...files('python', 'py')], { encoding: 'utf8' }),
    );
    expect(found).toEqual(places.map(({ key }) => key ?? null));
  });

  it('passes the check of Node, and asks for the key to the letter', async () => {
    for (const [at, path] of files('javascript', 'js').entries()) {
      execFileSync(process.execPath, ['--check', path]);
      const asked: unknown[] = [];
      class S3 {
        readonly #answer = (input: { Key?: string }) => (
          asked.push(input.Key),
          { promise: async () => ({ Contents: [] }) }
        );
        getObject = this.#answer;
        listObjectsV2 = this.#answer;
        makeUnauthenticatedRequest = (_operation: string, input: { Key?: string }) => this.#answer(input);
      }
      runInNewContext(generateSnippet('javascript', places[at]!), {
        require: () => ({ S3, Credentials: class {} }),
        process: { env: {}, stdout: { write: () => true } },
        console: { error: () => undefined, log: () => undefined },
      });
      expect(asked).toEqual([places[at]!.key]);
    }
  });

  it('is a script that bash accepts, and asks for the key to the letter', () => {
    for (const [at, path] of files('shellscript', 'sh').entries()) {
      const script = `bash -n "$1" || exit 1; curl() { printf '%s' "\${@: -1}"; }; . "$1"`;
      // Without an input that is a socket, which bash takes for a remote shell and reads its start-up files.
      const asked = execFileSync('bash', ['-c', script, 'bash', path], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const { key } = places[at]!;
      const path_ = asked.slice('https://s3.eu-de.example:8443/my-bucket'.length);
      expect(key === undefined ? path_ : decodeURIComponent(path_)).toBe(
        key === undefined ? '?list-type=2' : `/${key}`,
      );
      expect(asked).toMatch(/^[!-~]+$/);
    }
  });

  it('has plain literals in Go and Java that stand for the key', () => {
    for (const place of places) {
      const { key } = place;
      if (key === undefined) continue;
      const goLiteral = /Key: +aws\.String\((".*")\)/.exec(generateSnippet('go', place))![1]!;
      const inJson = goLiteral.replace(
        /(?<!\\)((?:\\\\)*)\\U([0-9A-F]{8})/g,
        (_all, before: string, code: string) => before + String.fromCodePoint(parseInt(code, 16)),
      );
      const javaLiteral = /getObject\("my-bucket", (".*")\)/.exec(generateSnippet('java', place))![1]!;
      expect([JSON.parse(inJson), JSON.parse(javaLiteral)]).toEqual([key, key]);
      expect(goLiteral + javaLiteral).toMatch(/^[ -~]+$/);
    }
  });
});
