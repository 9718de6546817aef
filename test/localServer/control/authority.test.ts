import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTlsFiles } from '../../../src/localServer/tls';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cos-authority-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The content of the name constraints, `2.5.29.30`, which are critical: a sequence in an octet string. */
function nameConstraints(certificate: X509Certificate): Buffer {
  const start = certificate.raw.indexOf(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x1e, 0x01, 0x01, 0xff, 0x04]));
  const length = certificate.raw[start + 9]!;
  return certificate.raw.subarray(start + 10, start + 10 + length);
}

test('the authority of --tls constrains names to localhost and no addresses, which BoringSSL would refuse', () => {
  const { caFile } = openTlsFiles(folder, Date.now());
  const localhost = Buffer.from('localhost');
  const name = Buffer.concat([Buffer.from([0x82, localhost.length]), localhost]);
  const inSequences = Buffer.concat([Buffer.from([0x30, 15, 0xa0, 13, 0x30, 11]), name]);
  expect(nameConstraints(new X509Certificate(readFileSync(caFile))).toString('hex')).toBe(inSequences.toString('hex'));
});

test('an authority that constrains addresses, made by an earlier version, is replaced, and its certificate with it', () => {
  const first = openTlsFiles(folder, Date.now());
  expect(openTlsFiles(folder, Date.now()).certificatePem).toBe(first.certificatePem);
  writeFileSync(first.caFile, earlierAuthority);
  const second = openTlsFiles(folder, Date.now());
  const authority = new X509Certificate(readFileSync(second.caFile));
  expect(nameConstraints(authority).includes(Buffer.from([127, 0, 0, 0]))).toBe(false);
  expect(new X509Certificate(second.certificatePem).verify(authority.publicKey)).toBe(true);
  expect(second.certificatePem).not.toBe(first.certificatePem);
});

const earlierAuthority = `-----BEGIN CERTIFICATE-----
MIICHDCCAcKgAwIBAgIQTGFBsV9Iz2/eAZ4VHM/wjDAKBggqhkjOPQQDAjBFMRUw
EwYDVQQKDAxDT1MgRXhwbG9yZXIxLDAqBgNVBAMMI0NPUyBFeHBsb3JlciBsb2Nh
bCBzZXJ2ZXIgYXV0aG9yaXR5MB4XDTI2MTEzMDAxMzgxMFoXDTM2MTEyODAxMzgx
MFowRTEVMBMGA1UECgwMQ09TIEV4cGxvcmVyMSwwKgYDVQQDDCNDT1MgRXhwbG9y
ZXIgbG9jYWwgc2VydmVyIGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABN6IaOdY8IQ2Gy4A8oAGfrkURS2WOSCmM/g1dHjHEjSF1S5VCAAJVW86LStP
dyYVz4XX2eiIwsHmBukemA4apWajgZMwgZAwEgYDVR0TAQH/BAgwBgEB/wIBADAO
BgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFIEo8MZb30nsJ3SpnxaK8BSLkAo6MEsG
A1UdHgEB/wRBMD+gPTALgglsb2NhbGhvc3QwCocIfwAAAP8AAAAwIocgAAAAAAAA
AAAAAAAAAAAAAf////////////////////8wCgYIKoZIzj0EAwIDSAAwRQIhAO2i
wfTGnoUy3oqZBxBJEoHUVHU3MhLL0CLAlhlsviBfAiB80/vrlAnBINDXM4DH6EKn
+NuQQxBkdjqToLbkSkLryA==
-----END CERTIFICATE-----
`;
