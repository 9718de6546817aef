import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderSync } from '../system/makeFolder';
import * as der from './der';
import { writePrivateFile } from './privateFile';

/** What an HTTPS listener needs, and where clients find the authority to trust. */
export interface TlsFiles {
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly caFile: string;
}

const dayMs = 86_400_000;
const authorityLifetimeMs = 3650 * dayMs;
/** Some systems refuse server certificates that are valid for longer than 825 days. */
const serverLifetimeMs = 800 * dayMs;
const renewBeforeMs = 30 * dayMs;

const oid = {
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
  commonName: [2, 5, 4, 3],
  organization: [2, 5, 4, 10],
  subjectKeyIdentifier: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAlternativeName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  nameConstraints: [2, 5, 29, 30],
  authorityKeyIdentifier: [2, 5, 29, 35],
  extendedKeyUsage: [2, 5, 29, 37],
  serverAuthentication: [1, 3, 6, 1, 5, 5, 7, 3, 1],
};

/**
 * The authority and server certificate of a data folder, made on first use and renewed before they end. The authority may
 * sign for `localhost` and names under it only, of all names there are, so that trusting it on a machine cannot be abused
 * for other hosts. Addresses are not constrained: BoringSSL (Chromium, Electron) refuses an authority that does.
 */
export function openTlsFiles(dataFolder: string, nowMs: number): TlsFiles {
  const folder = join(dataFolder, 'tls');
  makeFolderSync(folder, 0o700);
  const caFile = join(folder, 'ca.pem');
  const caKeyFile = join(folder, 'ca-key.pem');
  const certificateFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server-key.pem');
  if (!isUsable([caFile, caKeyFile], caFile, nowMs) || constrainsAddresses(caFile)) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = signCertificate({ ...authorityTemplate(publicKey, nowMs), issuerKey: privateKey });
    writePrivateFile(caKeyFile, exportKey(privateKey));
    writeFileSync(caFile, pem, { mode: 0o644 });
  }
  const authority = new X509Certificate(readFileSync(caFile));
  const files = [certificateFile, keyFile];
  if (!isUsable(files, certificateFile, nowMs) || !isIssuedBy(certificateFile, authority)) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const issuerKey = createPrivateKey(readFileSync(caKeyFile));
    const pem = signCertificate({ ...serverTemplate(publicKey, authority.publicKey, nowMs), issuerKey });
    writePrivateFile(keyFile, exportKey(privateKey));
    writeFileSync(certificateFile, pem, { mode: 0o644 });
  }
  return { keyPem: readFileSync(keyFile, 'utf8'), certificatePem: readFileSync(certificateFile, 'utf8'), caFile };
}

function isUsable(files: readonly string[], certificateFile: string, nowMs: number): boolean {
  if (!files.every((file) => existsSync(file))) return false;
  return Date.parse(new X509Certificate(readFileSync(certificateFile)).validTo) - renewBeforeMs > nowMs;
}

/** Whether an authority is one of those made before, which Chromium and Electron refuse. */
function constrainsAddresses(certificateFile: string): boolean {
  return new X509Certificate(readFileSync(certificateFile)).raw.includes(ipAddress(loopbackRange));
}

function isIssuedBy(certificateFile: string, authority: X509Certificate): boolean {
  return new X509Certificate(readFileSync(certificateFile)).verify(authority.publicKey);
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

interface Template {
  readonly publicKey: KeyObject;
  readonly subject: Buffer;
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly extensions: readonly Buffer[];
}

const authorityName = distinguishedName('COS Explorer local server authority');

function authorityTemplate(publicKey: KeyObject, nowMs: number): Template {
  const keyId = keyIdentifier(publicKey);
  return {
    publicKey,
    subject: authorityName,
    validFromMs: nowMs - dayMs,
    validToMs: nowMs + authorityLifetimeMs,
    extensions: [
      extension(oid.basicConstraints, 'critical', der.sequence(der.boolean(true), der.integer(Buffer.from([0])))),
      extension(oid.keyUsage, 'critical', der.bitFlags([5, 6])),
      extension(oid.subjectKeyIdentifier, 'plain', der.octetString(keyId)),
      extension(oid.nameConstraints, 'critical', der.sequence(der.tagged(0, der.sequence(dnsName('localhost'))))),
    ],
  };
}

function serverTemplate(publicKey: KeyObject, authorityKey: KeyObject, nowMs: number): Template {
  return {
    publicKey,
    subject: distinguishedName('localhost'),
    validFromMs: nowMs - dayMs,
    validToMs: nowMs + serverLifetimeMs,
    extensions: [
      extension(oid.basicConstraints, 'critical', der.sequence()),
      extension(oid.keyUsage, 'critical', der.bitFlags([0])),
      extension(oid.extendedKeyUsage, 'plain', der.sequence(der.objectIdentifier(oid.serverAuthentication))),
      extension(oid.subjectKeyIdentifier, 'plain', der.octetString(keyIdentifier(publicKey))),
      extension(oid.authorityKeyIdentifier, 'plain', der.sequence(der.primitiveTagged(0, keyIdentifier(authorityKey)))),
      extension(
        oid.subjectAlternativeName,
        'plain',
        der.sequence(
          dnsName('localhost'),
          dnsName('*.localhost'),
          ipAddress(Buffer.from([127, 0, 0, 1])),
          ipAddress(loopbackV6),
        ),
      ),
    ],
  };
}

const loopbackV6 = Buffer.concat([Buffer.alloc(15), Buffer.from([1])]);

/** 127.0.0.0/8 as a constraint has it: an address, then a mask. */
const loopbackRange = Buffer.from([127, 0, 0, 0, 255, 0, 0, 0]);

function signCertificate(template: Template & { issuerKey: KeyObject }): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const body = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2]))),
    der.integer(Buffer.concat([Buffer.from([0x4c]), randomBytes(15)])),
    algorithm,
    authorityName,
    der.sequence(der.time(template.validFromMs), der.time(template.validToMs)),
    template.subject,
    template.publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(3, der.sequence(...template.extensions)),
  );
  const certificate = der.sequence(body, algorithm, der.bitString(sign('sha256', body, template.issuerKey)));
  const base64 = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`;
}

/** SHA-1 of the key's bits, as RFC 5280 §4.2.1.2 suggests. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const jwk = publicKey.export({ format: 'jwk' });
  const point = ['BA==', jwk.x ?? '', jwk.y ?? ''].map((part) => Buffer.from(part, 'base64'));
  return createHash('sha1').update(Buffer.concat(point)).digest();
}

function distinguishedName(commonName: string): Buffer {
  const attribute = (type: readonly number[], value: string) =>
    der.set(der.sequence(der.objectIdentifier(type), der.utf8String(value)));
  return der.sequence(attribute(oid.organization, 'COS Explorer'), attribute(oid.commonName, commonName));
}

function extension(type: readonly number[], weight: 'critical' | 'plain', value: Buffer): Buffer {
  const flag = weight === 'critical' ? [der.boolean(true)] : [];
  return der.sequence(der.objectIdentifier(type), ...flag, der.octetString(value));
}

function dnsName(name: string): Buffer {
  return der.primitiveTagged(2, Buffer.from(name, 'latin1'));
}

function ipAddress(bytes: Buffer): Buffer {
  return der.primitiveTagged(7, bytes);
}
