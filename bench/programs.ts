import { spawnSync } from 'node:child_process';
import type { LocalServerInfo } from '../src/localServer/info';

/** A client that somebody might use instead of ours. */
export interface Rival {
  readonly name: string;
  readonly version: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Command lines; the program is the first word. */
  readonly listAll: (bucket: string) => readonly string[];
  readonly upload: (fsPath: string, bucket: string, name: string, isFolder: boolean) => readonly string[];
  readonly download: (bucket: string, name: string, fsPath: string, isFolder: boolean) => readonly string[];
}

/** Environment of every program that is measured: the local server's keys and nothing of the machine's own settings. */
export function environmentFor(info: LocalServerInfo, home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    AWS_ACCESS_KEY_ID: info.accessKeyId,
    AWS_SECRET_ACCESS_KEY: info.secretAccessKey,
    AWS_ENDPOINT_URL_S3: info.endpoint,
    AWS_DEFAULT_REGION: 'us-east-1',
  };
}

/** Ours, and the rivals found on this machine. */
export function findPrograms(info: LocalServerInfo, home: string): { ours: Rival; rivals: readonly Rival[] } {
  const environment = environmentFor(info, home);
  const cos = [process.execPath, 'dist/cos.js'];
  const ours: Rival = {
    name: 'cos',
    version: 'this build',
    environment,
    listAll: (bucket) => [...cos, 'ls', '-r', `cos://${bucket}`],
    upload: (fsPath, bucket, name, isFolder) => [
      ...[...cos, 'cp', '--if-exists', 'replace', fsPath, `cos://${bucket}/${name}`],
      ...(isFolder ? ['-r'] : []),
    ],
    download: (bucket, name, fsPath, isFolder) => [
      ...[...cos, 'cp', '--if-exists', 'replace', `cos://${bucket}/${name}`, fsPath],
      ...(isFolder ? ['-r'] : []),
    ],
  };
  const aws = ['aws', '--endpoint-url', info.endpoint, 's3'];
  const rclone = ['rclone', '--config', '/dev/null'];
  const rivals: Rival[] = [
    {
      name: 'rclone',
      version: versionOf('rclone', 'version'),
      environment: {
        ...environment,
        RCLONE_S3_PROVIDER: 'IBMCOS',
        RCLONE_S3_ENV_AUTH: 'true',
        RCLONE_S3_ENDPOINT: info.endpoint,
      },
      listAll: (bucket) => [...rclone, 'lsf', '-R', `:s3:${bucket}`],
      upload: (fsPath, bucket, name, isFolder) => [
        ...[...rclone, isFolder ? 'copy' : 'copyto', '--ignore-times', '--transfers', '16'],
        ...[fsPath, `:s3:${bucket}/${name}`],
      ],
      download: (bucket, name, fsPath, isFolder) => [
        ...[...rclone, isFolder ? 'copy' : 'copyto', '--ignore-times', '--transfers', '16'],
        ...[`:s3:${bucket}/${name}`, fsPath],
      ],
    },
    {
      name: 'aws',
      version: versionOf('aws', '--version'),
      environment,
      listAll: (bucket) => [...aws, 'ls', '--recursive', `s3://${bucket}`],
      upload: (fsPath, bucket, name, isFolder) => [
        ...[...aws, 'cp', '--quiet', fsPath, `s3://${bucket}/${name}`],
        ...(isFolder ? ['--recursive'] : []),
      ],
      download: (bucket, name, fsPath, isFolder) => [
        ...[...aws, 'cp', '--quiet', `s3://${bucket}/${name}`, fsPath],
        ...(isFolder ? ['--recursive'] : []),
      ],
    },
  ];
  return { ours, rivals: rivals.filter(({ version }) => version !== '') };
}

function versionOf(program: string, flag: string): string {
  const { status, stdout } = spawnSync(program, [flag], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '').trim() : '';
}
