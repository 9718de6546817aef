import { spawnSync } from 'node:child_process';

/** Where a program is pointed at, and as whom. */
export interface ProgramTarget {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** PEM file of the authority to trust, with TLS. */
  readonly caFile?: string;
}

/** A client that is measured: ours, or one that somebody might use instead. */
export interface Program {
  readonly name: string;
  /** Empty where the program is not on this machine. */
  readonly version: string;
  /** Measured only where distance is what matters. */
  readonly isOnlyFar?: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Command lines; the program is the first word. What it takes before it does anything: */
  readonly start: readonly string[];
  readonly listAll?: (bucket: string) => readonly string[];
  readonly upload: (fsPath: string, bucket: string, name: string, isFolder: boolean) => readonly string[];
  readonly download: (bucket: string, name: string, fsPath: string, isFolder: boolean) => readonly string[];
}

/** Environment of every program that is measured: the server's keys and nothing of the machine's own settings. */
function environmentFor(target: ProgramTarget, home: string): Record<string, string> {
  const { caFile } = target;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_ACCESS_KEY_ID: target.accessKeyId,
    AWS_SECRET_ACCESS_KEY: target.secretAccessKey,
    AWS_ENDPOINT_URL_S3: target.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    ...(caFile === undefined ? {} : { AWS_CA_BUNDLE: caFile, NODE_EXTRA_CA_CERTS: caFile, SSL_CERT_FILE: caFile }),
  };
}

/** Ours, and the rivals; those that are not on this machine have no version. */
export function findPrograms(target: ProgramTarget, home: string): { ours: Program; rivals: readonly Program[] } {
  const environment = environmentFor(target, home);
  return {
    ours: cos(environment),
    rivals: [
      rclone(environment, target.endpoint),
      aws(environment, target.endpoint),
      s5cmd(environment, target.endpoint),
      boto3(environment),
      sdk(environment),
      singleStream(environment),
    ],
  };
}

type Environment = Readonly<Record<string, string>>;

function cos(environment: Environment): Program {
  const command = [process.execPath, 'dist/cos.js'];
  const copy = [...command, 'cp', '--if-exists', 'replace'];
  const recursive = (isFolder: boolean) => (isFolder ? ['-r'] : []);
  return {
    name: 'cos',
    version: 'this build',
    environment,
    start: [...command, '--help'],
    listAll: (bucket) => [...command, 'ls', '-r', `cos://${bucket}`],
    upload: (fsPath, bucket, name, isFolder) => [...copy, fsPath, `cos://${bucket}/${name}`, ...recursive(isFolder)],
    download: (bucket, name, fsPath, isFolder) => [...copy, `cos://${bucket}/${name}`, fsPath, ...recursive(isFolder)],
  };
}

/** With all that its manual offers for speed, except leaving checksums out. */
function rclone(environment: Environment, endpoint: string): Program {
  // It refuses the bundle as the AWS tools name it; it has an option of its own.
  const { AWS_CA_BUNDLE: _bundle, ...withoutBundle } = environment;
  const command = ['rclone', '--config', '/dev/null'];
  const tuned = [
    ...['--ignore-times', '--transfers', '16', '--checkers', '16', '--s3-no-check-bucket'],
    ...['--s3-upload-concurrency', '8', '--s3-chunk-size', '16M'],
    ...['--multi-thread-streams', '8', '--multi-thread-cutoff', '64M'],
  ];
  const copy = (isFolder: boolean) => [...command, isFolder ? 'copy' : 'copyto', ...tuned];
  return {
    name: 'rclone (tuned)',
    version: versionOf('rclone', 'version'),
    environment: {
      ...withoutBundle,
      RCLONE_S3_PROVIDER: 'IBMCOS',
      RCLONE_S3_ENV_AUTH: 'true',
      RCLONE_S3_ENDPOINT: endpoint,
      ...(environment['SSL_CERT_FILE'] === undefined ? {} : { RCLONE_CA_CERT: environment['SSL_CERT_FILE'] }),
    },
    start: ['rclone', 'version'],
    listAll: (bucket) => [...command, 'lsf', '-R', `:s3:${bucket}`],
    upload: (fsPath, bucket, name, isFolder) => [...copy(isFolder), fsPath, `:s3:${bucket}/${name}`],
    download: (bucket, name, fsPath, isFolder) => [...copy(isFolder), `:s3:${bucket}/${name}`, fsPath],
  };
}

function aws(environment: Environment, endpoint: string): Program {
  const command = ['aws', '--endpoint-url', endpoint, 's3'];
  const recursive = (isFolder: boolean) => (isFolder ? ['--recursive'] : []);
  return {
    name: 'AWS CLI',
    version: versionOf('aws', '--version'),
    environment,
    start: ['aws', '--version'],
    listAll: (bucket) => [...command, 'ls', '--recursive', `s3://${bucket}`],
    upload: (fsPath, bucket, name, isFolder) => [
      ...[...command, 'cp', '--quiet', fsPath, `s3://${bucket}/${name}`],
      ...recursive(isFolder),
    ],
    download: (bucket, name, fsPath, isFolder) => [
      ...[...command, 'cp', '--quiet', `s3://${bucket}/${name}`, fsPath],
      ...recursive(isFolder),
    ],
  };
}

function s5cmd(environment: Environment, endpoint: string): Program {
  const command = ['s5cmd', '--endpoint-url', endpoint];
  return {
    name: 's5cmd',
    version: versionOf('s5cmd', 'version'),
    environment,
    start: ['s5cmd', 'version'],
    listAll: (bucket) => [...command, 'ls', `s3://${bucket}/*`],
    upload: (fsPath, bucket, name, isFolder) => [
      ...[...command, 'cp', isFolder ? `${fsPath}/` : fsPath],
      `s3://${bucket}/${name}${isFolder ? '/' : ''}`,
    ],
    download: (bucket, name, fsPath, isFolder) => [
      ...[...command, 'cp', `s3://${bucket}/${name}${isFolder ? '/*' : ''}`],
      `${fsPath}${isFolder ? '/' : ''}`,
    ],
  };
}

function boto3(environment: Environment): Program {
  const script = ['python3', 'bench/boto3Rival.py'];
  return {
    name: 'boto3',
    version: versionOf('python3', '-c', 'import boto3; print("boto3", boto3.__version__)'),
    environment,
    start: [...script, 'start'],
    ...scriptCommands(script),
  };
}

/** `Upload` of lib-storage, and a download in one stream. */
function sdk(environment: Environment): Program {
  const script = [process.execPath, '--no-warnings', 'bench/sdkRival.ts'];
  return {
    name: 'AWS SDK',
    version: 'as in package.json',
    environment,
    start: [...script, 'start'],
    ...scriptCommands(script),
  };
}

/** One request for the whole object, both ways. */
function singleStream(environment: Environment): Program {
  const { version, start, download } = sdk(environment);
  const upload: Program['upload'] = (fsPath, bucket, name) => [...start.slice(0, -1), 'put', fsPath, bucket, name];
  return { name: 'single stream', version, isOnlyFar: true, environment, start, upload, download };
}

function scriptCommands(script: readonly string[]): Pick<Program, 'upload' | 'download'> {
  return {
    upload: (fsPath, bucket, name) => [...script, 'up', fsPath, bucket, name],
    download: (bucket, name, fsPath, isFolder) => [...script, 'down', bucket, isFolder ? `${name}/` : name, fsPath],
  };
}

function versionOf(program: string, ...args: readonly string[]): string {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '').trim() : '';
}
