import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConformanceClient, Preparation } from '../client';
import { runProgram } from '../program';

const version = '2.15.1';

/** IBM's Java SDK, with an API key and with HMAC keys. */
export const javaSdk: ConformanceClient = {
  name: 'java-sdk',
  title: 'IBM COS SDK for Java',
  isProven: true,
  prepare: async (packageFolder) => install(packageFolder),
  run: async (context) => {
    const classes = compile(context.packageFolder);
    const paths = [classes, join(context.packageFolder, 'jars/*')].join(':');
    await runProgram(context, { command: 'java', args: ['-Xshare:auto', '-cp', paths, 'Program'] });
  },
};

/** The SDK and what it needs, as Maven resolves it, beside the pom that says which. */
function install(folder: string): Preparation {
  for (const [program, debianPackage] of [
    ['javac', 'default-jdk-headless'],
    ['mvn', 'maven'],
  ] as const) {
    if (spawnSync(program, ['-version'], { timeout: 60_000 }).status !== 0) {
      const reason = `${program} does not run; install it with: apt-get install -y ${debianPackage}`;
      return { state: 'missing', reason };
    }
  }
  const dependency = `<groupId>com.ibm.cos</groupId><artifactId>ibm-cos-java-sdk</artifactId><version>${version}</version>`;
  const pom = [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    '<groupId>conformance</groupId><artifactId>conformance</artifactId><version>1</version>',
    `<dependencies><dependency>${dependency}</dependency></dependencies></project>`,
  ].join('\n');
  const ready: Preparation = { state: 'ready', version };
  const installedPom = join(folder, 'installed.xml');
  if (existsSync(installedPom) && readFileSync(installedPom, 'utf8') === pom) return ready;
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'jars'), { recursive: true, force: true });
  writeFileSync(join(folder, 'pom.xml'), pom);
  const args = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=jars'];
  if (spawnSync('mvn', args, { cwd: folder, timeout: 300_000 }).status !== 0) {
    return { state: 'missing', reason: `mvn could not install com.ibm.cos:ibm-cos-java-sdk:${version}` };
  }
  writeFileSync(installedPom, pom);
  return ready;
}

function compile(folder: string): string {
  const classes = join(folder, 'classes');
  const sources = resolve('test/conformance/javaSdk');
  rmSync(classes, { recursive: true, force: true });
  const files = readdirSync(sources).filter((name) => name.endsWith('.java'));
  const args = ['-nowarn', '-d', classes, '-cp', join(folder, 'jars/*'), ...files.map((name) => join(sources, name))];
  const { status, stderr } = spawnSync('javac', args, { encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(stderr);
  return classes;
}
