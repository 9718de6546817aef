import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requestToken } from '../../../../src/engine/auth/iam';
import { backupsOf } from '../../../../src/engine/backup/backups';
import { readPolicies, readRange, readRestore } from '../../../../src/engine/backup/read';
import { readBucketConfig } from '../../../../src/engine/control/bucketConfig';
import type { ControlRequest } from '../../../../src/engine/control/controlClient';
import type { FullCosClient } from '../../../../src/engine/cos/fullClient';
import type { HttpClient } from '../../../../src/engine/http/httpClient';
import { endpointOfLocation, parseProvisioningCode } from '../../../../src/model/location';

const never = new AbortController().signal;

/** Answers by who documents them. */
function variants(name: string): readonly (readonly [documentedBy: string, body: unknown])[] {
  const file = join(import.meta.dirname, '../../../fixtures/control-plane', `${name}.json`);
  return Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
}

/** A client whose control plane answers with one body and keeps what it was asked. */
function clientOf(body: unknown): { readonly client: FullCosClient; readonly asked: ControlRequest[] } {
  const asked: ControlRequest[] = [];
  const control = {
    send: async (request: ControlRequest) => {
      asked.push(request);
      return { json: body };
    },
  };
  return { client: { control, serviceInstanceId: 'crn:of:an:instance' } as unknown as FullCosClient, asked };
}

describe('what the documentation of the control plane disagrees on', () => {
  it.each(variants('backupPolicies'))('reads backup policies from a body as %s', (_by, body) => {
    expect(readPolicies(body, 'op')).toMatchObject([{ name: 'daily', status: 'active', deleteAfterDays: 100 }]);
  });

  it.each(variants('recoveryRanges'))('extends a recovery range whose answer is a %s', async (_by, body) => {
    const [[, whole] = []] = variants('recoveryRanges');
    const known = { ...readRange(whole, 'op'), deleteAfterDays: 100 };
    expect(readRange(body, 'op', known)).toEqual({ ...known, deleteAfterDays: 200 });
  });

  it('lets no recovery range be kept shorter, although an example does', async () => {
    const [[, whole] = []] = variants('recoveryRanges');
    const { client, asked } = clientOf(whole);
    const { id } = readRange(whole, 'op');
    const change = { vault: 'my-vault', rangeId: id, deleteAfterDays: 10 };
    await expect(backupsOf(client)['backups/extendRange'](change, never)).rejects.toThrow();
    expect(asked.map(({ method }) => method)).not.toContain('PATCH');
  });

  it.each(variants('restores'))('reads a failed restore whose status is in %s', (_by, body) => {
    expect(readRestore(body, 'op')).toMatchObject({
      status: 'failed',
      errorCause: 'The target bucket has a firewall.',
      pointInTimeMs: Date.UTC(2026, 0, 15, 12),
      endedAtMs: Date.UTC(2026, 1, 2, 10, 5),
    });
  });

  it('says the service instance in the query, as the SDKs do, and not in a header, as a page has it', async () => {
    const { client, asked } = clientOf({ backup_vaults: [] });
    await backupsOf(client)['backups/listVaults']({}, never);
    expect(asked[0]?.query).toMatchObject({ service_instance_id: 'crn:of:an:instance' });
    expect(asked[0]?.headers).toBeUndefined();
  });

  it('names an account to switch to as IBM Cloud CLI does', async () => {
    let form = '';
    const http = {
      send: async (request: { prepare: () => Promise<{ body: Uint8Array }> }) => {
        form = Buffer.from((await request.prepare()).body).toString('utf8');
        return { token: 't' };
      },
    } as unknown as HttpClient;
    const grant = { kind: 'refreshToken', refreshToken: 'r', accountId: 'a1' } as const;
    await requestToken(http, 'https://iam.cloud.ibm.com', grant, never);
    expect(new URLSearchParams(form).get('account')).toBe('a1');
  });

  it.each(variants('locationConstraints'))('finds location and class of %s', (documented, parts) => {
    const [constraint = ''] = documented.split(' ');
    const code = parseProvisioningCode(constraint);
    expect(code).toEqual(parts);
    // A code that is not known is no error: its host follows the pattern.
    expect(endpointOfLocation(code.location ?? '')).toBe(
      `https://s3.${code.location}.cloud-object-storage.appdomain.cloud`,
    );
  });

  describe('of a bucket', () => {
    const read = (at: number) => readBucketConfig({ json: variants('buckets')[at]?.[1], etag: '"e"' }, 'op');

    it('is read whole, with numbers above 2^53 rounded', () => {
      const { usage, ...rest } = read(0);
      expect(usage.sizeBytes).toBeGreaterThan(28_198_745_752_445_000);
      expect(usage).toMatchObject({ objects: 764_265_234, deleteMarkers: 3 });
      expect(rest).toMatchObject({
        etag: '"e"',
        createdAtMs: Date.UTC(2026, 0, 1, 8, 25, 31, 470),
        quotaBytes: 0,
        firewall: { allowedAddresses: ['192.0.2.0/24'], deniedAddresses: [], allowedNetworks: ['public'] },
        activityTracking: { readDataEvents: true, writeDataEvents: false, managementEvents: true },
        metricsMonitoring: { usageMetrics: true, requestMetrics: false },
      });
    });

    it('is read with lists of a firewall left out, and with the routing of before', () => {
      expect(read(1).firewall).toEqual({
        allowedAddresses: ['192.0.2.0/24'],
        deniedAddresses: [],
        allowedNetworks: [],
      });
      expect(read(2).activityTracking?.activityTrackerCrn).toContain(':logdnaat:');
      expect(read(2).metricsMonitoring?.monitoringCrn).toContain(':sysdig-monitor:');
    });

    it('has no setting that the identity may not see', () => {
      const { usage, crn, createdAtMs, updatedAtMs, etag, ...settings } = read(3);
      expect([usage.objects, crn, createdAtMs, updatedAtMs, etag]).not.toContain(undefined);
      expect(settings).toEqual({});
    });
  });
});
