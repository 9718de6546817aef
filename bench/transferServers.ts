import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startBuiltServer } from '../test/soak/builtPrograms';
import type { ProgramTarget } from './programs';

/** What transfers are measured against: our local server, or a peer that does no work; plain or over TLS. */
export const settingNames = ['peer-tls', 'local-tls', 'peer-plain', 'local-plain'] as const;
export type SettingName = (typeof settingNames)[number];

/** A server, directly and through a relay that is as far away as a region. */
export interface Setting {
  readonly near: ProgramTarget;
  readonly far: ProgramTarget;
  stop(): Promise<void>;
}

/** Starts one setting; its data goes below the folder. */
export async function startSetting(name: SettingName, folder: string): Promise<Setting> {
  const isTls = name.endsWith('-tls');
  // Also where only the peer is measured: it has the keys and the certificate.
  const dataFolder = join(folder, name);
  const local = await startBuiltServer(dataFolder, isTls ? ['--tls'] : []);
  const { accessKeyId, secretAccessKey, caFile } = local.info;
  const who = { accessKeyId, secretAccessKey, ...(caFile === undefined ? {} : { caFile }) };
  const peer = name.startsWith('peer-')
    ? await startScript('bench/idlePeer.ts', isTls ? [join(dataFolder, 'tls')] : [])
    : undefined;
  const scheme = isTls ? 'https' : 'http';
  const endpoint = peer === undefined ? local.info.endpoint : `${scheme}://127.0.0.1:${peer.port}`;
  const relay = await startScript('bench/slowRelay.ts', [new URL(endpoint).port]);
  return {
    near: { ...who, endpoint },
    far: { ...who, endpoint: `${scheme}://${new URL(endpoint).hostname}:${relay.port}` },
    stop: async () => {
      relay.stop();
      peer?.stop();
      await local.stop();
    },
  };
}

async function startScript(script: string, args: readonly string[]): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, ['--no-warnings', script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString().trim()), stop: () => child.stdin.end() };
}
