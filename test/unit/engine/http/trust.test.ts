import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { CosFailure } from '../../../../src/engine/failure';
import { trustedContext } from '../../../../src/engine/http/trust';

const folder = mkdtempSync(join(tmpdir(), 'trust-'));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = { strictTls: true, useSystemCertificates: false, caFiles: [], environment: {} };
const [certificate = ''] = tls.rootCertificates;

function fileWith(text: string): string {
  const fsPath = join(folder, `${Math.random()}.pem`);
  writeFileSync(fsPath, text);
  return fsPath;
}

function failureOf(fsPath: string): unknown {
  try {
    trustedContext({ ...settings, caFiles: [fsPath] });
  } catch (thrown) {
    return thrown instanceof CosFailure ? thrown.error : thrown;
  }
  return undefined;
}

describe('what connections trust', () => {
  it("is Node's own list where nothing else was asked for", () => {
    expect(trustedContext(settings)()).toBeUndefined();
  });

  it.each([
    ['settings', (fsPath: string) => ({ ...settings, caFiles: [fsPath] })],
    ['the environment', (fsPath: string) => ({ ...settings, environment: { NODE_EXTRA_CA_CERTS: fsPath } })],
  ])('is made once, with the files of %s', (_where, settingsOf) => {
    const contextOf = trustedContext(settingsOf(fileWith(certificate)));
    expect(contextOf()).toBeDefined();
    expect(contextOf()).toBe(contextOf());
  });

  it('names a file that cannot be read, holds no certificate, or a damaged one, before anything connects', () => {
    const missing = join(folder, 'missing.pem');
    expect(failureOf(missing)).toMatchObject({ kind: 'localFile', reason: 'noSuchFile', fsPath: missing });
    const empty = fileWith('no certificate');
    expect(failureOf(empty)).toMatchObject({ kind: 'invalid', fsPath: empty });
    const damaged = fileWith(certificate.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
    const detail: unknown = expect.stringContaining('damaged');
    expect(failureOf(damaged)).toMatchObject({ kind: 'invalid', fsPath: damaged, detail });
  });
});
