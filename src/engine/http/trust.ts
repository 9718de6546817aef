import { X509Certificate } from 'node:crypto';
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
 * What to trust, or undefined when Node's own list will do. It is made when it is first asked for: the system's store takes
 * tens of milliseconds to read, and connections without TLS need none of it.
 * A file of `caFiles` that cannot be read fails at once, with `localFile`: a trust setting must not be dropped in silence.
 * `NODE_EXTRA_CA_CERTS` is read here too, since Node ignores it once a list is given.
 */
export function trustedContext(settings: TrustSettings): () => tls.SecureContext | undefined {
  const extraFile = settings.environment['NODE_EXTRA_CA_CERTS'];
  const files = [...settings.caFiles, ...(extraFile === undefined || extraFile === '' ? [] : [extraFile])];
  const fromFiles = [...new Set(files)].flatMap(readCertificates);
  let made: { readonly context: tls.SecureContext | undefined } | undefined;
  return () => {
    made ??= { context: contextOf(settings.useSystemCertificates ? systemCertificates() : [], fromFiles) };
    return made.context;
  };
}

/** One context for all connections: parsing a list of hundreds of certificates for each socket takes as long again. */
function contextOf(system: readonly string[], fromFiles: readonly string[]): tls.SecureContext | undefined {
  if (fromFiles.length === 0 && system.length === 0) return undefined;
  return tls.createSecureContext({ ca: [...new Set([...tls.rootCertificates, ...system, ...fromFiles])] });
}

/** The system's store; empty on Node before 22.15, which cannot read it. */
function systemCertificates(): readonly string[] {
  const withSystemStore = tls as typeof tls & { getCACertificates?: (type: 'system') => string[] };
  return withSystemStore.getCACertificates?.('system') ?? [];
}

function readCertificates(fsPath: string): readonly string[] {
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
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  const certificates = blocks.filter(isReadable);
  if (certificates.length > 0) return certificates;
  const what =
    blocks.length === 0
      ? 'holds no PEM certificate (a block that starts with BEGIN CERTIFICATE)'
      : 'holds no certificate that can be read: it is damaged';
  const detail = `The certificate file "${fsPath}" ${what}.`;
  throw new CosFailure({ kind: 'invalid', op: 'engine/configure', fsPath, retry: 'never', detail });
}

/** Of a list in one piece, Node drops a damaged certificate and all that follow, without a word. */
function isReadable(certificate: string): boolean {
  try {
    new X509Certificate(certificate);
    return true;
  } catch {
    return false;
  }
}
