import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { CosFailure } from '../failure';

/** Which certificate authorities to trust. */
export interface TrustSettings {
  readonly strictTls: boolean;
  readonly useSystemCertificates: boolean;
  /** PEM files. */
  readonly caFiles: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * All trusted certificates in PEM, or undefined when Node's own list will do.
 * A file of `caFiles` that cannot be read fails with `localFile`: a trust setting must not be dropped in silence.
 * `NODE_EXTRA_CA_CERTS` is read here too, since Node ignores it once a list is given.
 */
export function trustedCertificates(settings: TrustSettings): string[] | undefined {
  const system = settings.useSystemCertificates ? systemCertificates() : [];
  const extraFile = settings.environment['NODE_EXTRA_CA_CERTS'];
  const files = [...settings.caFiles, ...(extraFile === undefined || extraFile === '' ? [] : [extraFile])];
  if (files.length === 0 && system.length === 0) return undefined;
  const fromFiles = [...new Set(files)].map(readCertificates);
  return [...new Set([...tls.rootCertificates, ...system, ...fromFiles])];
}

/** The system's store; empty on Node before 22.15, which cannot read it. */
function systemCertificates(): readonly string[] {
  const withSystemStore = tls as typeof tls & { getCACertificates?: (type: 'system') => string[] };
  return withSystemStore.getCACertificates?.('system') ?? [];
}

function readCertificates(fsPath: string): string {
  let text: string;
  try {
    text = readFileSync(fsPath, 'utf8');
  } catch (cause) {
    throw new CosFailure(
      {
        kind: 'localFile',
        op: 'engine/configure',
        reason: 'noSuchFile',
        fsPath,
        retry: 'never',
        detail: `The certificate file "${fsPath}" cannot be read. Correct ibmcos.network.caFiles or NODE_EXTRA_CA_CERTS.`,
      },
      { cause },
    );
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new CosFailure({
      kind: 'invalid',
      op: 'engine/configure',
      fsPath,
      retry: 'never',
      detail: `The certificate file "${fsPath}" holds no PEM certificate (a block that starts with BEGIN CERTIFICATE).`,
    });
  }
  return text;
}
