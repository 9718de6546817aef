import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { CosError, Result } from '../../model/cosError';
import { bucketName, objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import type { Connections, EngineClient } from '../services';
import { doctorReport, withoutCredential } from './doctorReport';

/** What the doctor needs. */
export interface DoctorServices {
  readonly engine: EngineClient;
  readonly connections: Connections;
}

/** What a diagnosis is of, besides the connection. */
export interface DoctorPlace {
  readonly bucket?: BucketName;
  readonly key?: ObjectKey;
  readonly refusal?: CosError;
}

/** Examines a connection and opens what was found as an untitled document. */
export async function examine(
  { engine, connections }: DoctorServices,
  connection: Connection,
  { refusal, ...place }: DoctorPlace = {},
): Promise<Result<unknown> | undefined> {
  const title = vscode.l10n.t('Examining the connection "{0}"', connection.name);
  const answer = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => engine.send('connection/diagnose', { connectionId: connection.id, ...place }, token),
  );
  if (!answer.ok) return answer;
  const subject = {
    connection,
    ...(place.bucket === undefined ? {} : { bucket: place.bucket }),
    ...(refusal === undefined ? {} : { refusal }),
    environment: environmentFacts(),
  };
  const report = doctorReport(answer.value, subject, vscode.l10n.t);
  const content = withoutCredential(report, await connections.findCredential(connection.id));
  await vscode.window.showTextDocument(await vscode.workspace.openText(content, 'markdown'));
  return undefined;
}

/** Examines why something was refused: in the bucket, and on the object, that it was about. */
export async function examineRefusal(
  services: DoctorServices,
  connection: Connection,
  refusal: CosError,
): Promise<Result<unknown> | undefined> {
  return examine(services, connection, {
    ...(refusal.bucket === undefined ? {} : { bucket: bucketName(refusal.bucket) }),
    ...(refusal.key === undefined ? {} : { key: objectKey(refusal.key) }),
    refusal,
  });
}

function environmentFacts(): readonly (readonly [string, string])[] {
  const http = vscode.workspace.getConfiguration('http');
  const network = vscode.workspace.getConfiguration('ibmcos.network');
  const yesNo = (value: boolean): string => (value ? vscode.l10n.t('yes') : vscode.l10n.t('no'));
  return [
    ['VS Code', `${vscode.version}, ${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ['http.proxyStrictSSL', yesNo(http.get('proxyStrictSSL', true))],
    ['http.systemCertificates', yesNo(http.get('systemCertificates', true))],
    ['http.proxySupport', http.get('proxySupport', '')],
    ['ibmcos.network.caFiles', String(network.get<readonly string[]>('caFiles', []).length)],
    ['ibmcos.engine.location', vscode.workspace.getConfiguration('ibmcos').get('engine.location', '')],
  ];
}
