import * as vscode from '../ui/vscode';
import type { EngineConfiguration } from '../../protocol/requests';
import { protocolVersion } from '../../protocol/version';

const mebibyte = 1024 * 1024;

/** Settings that the engine is told of. */
export function affectsEngine(event: vscode.ConfigurationChangeEvent): boolean {
  const sections = [
    'http.proxy',
    'http.noProxy',
    'http.proxySupport',
    'http.proxyStrictSSL',
    'http.systemCertificates',
  ];
  return [...sections, 'ibmcos.network', 'ibmcos.transfers'].some((section) => event.affectsConfiguration(section));
}

/** VS Code's network settings and ours, as the engine wants them. The environment's CA file counts too. */
export function readEngineConfiguration(
  environment: NodeJS.ProcessEnv,
  stateFolderFsPath: string,
): EngineConfiguration {
  const http = vscode.workspace.getConfiguration('http');
  const network = vscode.workspace.getConfiguration('ibmcos.network');
  const transfers = vscode.workspace.getConfiguration('ibmcos.transfers');
  const proxyUrl = http.get<string>('proxy', '').trim();
  const noProxy = http.get<string>('proxySupport') === 'off' ? ['*'] : http.get<readonly string[]>('noProxy', []);
  const maxBytesPerSecond = transfers.get('maxBytesPerSecond', 0);
  const extraCaFile = environment['NODE_EXTRA_CA_CERTS'];
  return {
    protocolVersion,
    ...(proxyUrl === '' ? {} : { proxyUrl }),
    noProxy,
    strictTls: http.get('proxyStrictSSL', true),
    caFiles: [
      ...network.get<readonly string[]>('caFiles', []),
      ...(extraCaFile === undefined || extraCaFile === '' ? [] : [extraCaFile]),
    ],
    useSystemCertificates: http.get('systemCertificates', true),
    requestTimeoutMs: network.get('requestTimeoutSeconds', 60) * 1000,
    memoryBudgetBytes: transfers.get('memoryBudgetMebibytes', 128) * mebibyte,
    maxConnections: transfers.get('maxConnections', 16),
    preferredPartBytes: transfers.get('partSizeMebibytes', 8) * mebibyte,
    ...(maxBytesPerSecond > 0 ? { maxBytesPerSecond } : {}),
    skipSymlinks: !transfers.get('followSymlinks', true),
    stateFolderFsPath,
  };
}
