import { describe, expect, it } from 'vitest';
import {
  nextToken,
  readPolicies,
  readRange,
  readRestore,
  readVault,
  readVaultCrns,
} from '../../../../src/engine/backup/read';

const vaultCrn =
  'crn:v1:bluemix:public:cloud-object-storage:global:a/0123456789abcdef0123456789abcdef:11111111-2222-3333-4444-555555555555:backup-vault:my-vault';
const bucketCrn = vaultCrn.replace('backup-vault:my-vault', 'bucket:photos');

/** As IBM documents it (control-plane §3.4). */
const policy = {
  policy_id: '44ba1af7-1dde-467f-9e35-0ad8bfc5b4ba',
  policy_name: 'daily',
  target_backup_vault_crn: vaultCrn,
  backup_type: 'continuous',
  initial_retention: { delete_after_days: 100 },
  policy_status: 'initializing',
  initial_sync_progress: 0.5,
};
const read = {
  id: policy.policy_id,
  name: 'daily',
  vaultCrn,
  deleteAfterDays: 100,
  status: 'initializing',
  initialSyncPercent: 0.5,
};

describe('answers of the Resource Configuration API about backups', () => {
  it.each([
    ['an object with a list', { backup_policies: [policy] }],
    ['a bare list', [policy]],
    ['one policy', policy],
  ])('reads the policies of a bucket from %s', (_what, body) => {
    expect(readPolicies(body, 'op')).toEqual([read]);
  });

  it('reads no policies from empty answers', () => {
    expect([readPolicies({}, 'op'), readPolicies([], 'op'), readPolicies({ backup_policies: [] }, 'op')]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each([
    ['action_needed', 'actionNeeded'],
    ['Active', 'active'],
    ['some_day', 'other'],
  ])('reads the status %s as %s', (wire, status) => {
    expect(readPolicies([{ ...policy, policy_status: wire, error_cause: 'why' }], 'op')[0]).toMatchObject({
      status,
      errorCause: 'why',
    });
  });

  it('reads a vault with everything, and one whose settings the identity may not see', () => {
    const vault = {
      backup_vault_name: 'my-vault',
      crn: vaultCrn,
      service_instance_crn: 'crn:…',
      region: 'us-south',
      time_created: '2025-01-02T03:04:05.678Z',
      time_updated: '2025-01-02T03:04:05.678',
      bytes_used: 12,
    };
    expect(
      readVault({ ...vault, activity_tracking: { management_events: true }, metrics_monitoring: {} }, 'op'),
    ).toEqual({
      name: 'my-vault',
      crn: vaultCrn,
      region: 'us-south',
      createdAtMs: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
      updatedAtMs: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
      bytesUsed: 12,
      tracksManagementEvents: true,
      hasUsageMetrics: false,
    });
    expect(readVault(vault, 'op')).not.toHaveProperty('tracksManagementEvents');
  });

  it('takes the names of vaults from their CRNs, and pages by token alone', () => {
    const page = {
      next: { href: 'config.example/v1/backup_vaults?Token=abc', token: 'abc' },
      backup_vaults: [vaultCrn, 7],
    };
    expect(readVaultCrns(page, 'op')).toEqual([vaultCrn]);
    expect([nextToken(page), nextToken({ backup_vaults: [] })]).toEqual(['abc', undefined]);
  });

  it('reads a recovery range, also one that answers with its retention alone', () => {
    const range = {
      recovery_range_id: 'r',
      source_resource_crn: bucketCrn,
      backup_policy_name: 'daily',
      range_start_time: '2025-06-01T00:00:00.000Z',
      range_end_time: '2025-06-11T00:00:00.000Z',
      range_create_time: '2025-05-31T00:00:00.000Z',
      retention: { delete_after_days: -1 },
    };
    const known = readRange(range, 'op');
    expect(known).toMatchObject({ id: 'r', startMs: Date.UTC(2025, 5, 1), deleteAfterDays: -1 });
    expect(readRange({ retention: { delete_after_days: 20 } }, 'op', known)).toEqual({ ...known, deleteAfterDays: 20 });
    expect(() => readRange({ retention: { delete_after_days: 20 } }, 'op')).toThrow('without id');
  });

  it.each([
    ['2025-06-02T10:00:00Z', 0],
    ['2025-06-02T10:00:00', 0],
    ['2025-06-02T10:00:00.000Z', 0],
    ['2025-06-02T12:00:00+02:00', 0],
    ['2025-06-02T12:00:00.250+0200', 250],
  ])('reads the moment %s of a restore', (date, plusMs) => {
    const restore = {
      restore_id: 'x',
      recovery_range_id: 'r',
      restore_type: 'in_place',
      restore_point_in_time: date,
      target_resource_crn: bucketCrn,
      restore_status: 'Running',
      restore_percent_progress: 40,
      init_time: '2025-06-03T00:00:00.000Z',
    };
    expect(readRestore(restore, 'op')).toMatchObject({
      pointInTimeMs: Date.UTC(2025, 5, 2, 10) + plusMs,
      status: 'running',
      percent: 40,
    });
  });

  it('says what it cannot read', () => {
    expect(() => readVault([], 'op')).toThrow('no JSON object');
    expect(() => readPolicies([{}], 'op')).toThrow('policy_id');
    expect(() => readRestore({ restore_id: 'x' }, 'op')).toThrow('point in time');
  });
});
