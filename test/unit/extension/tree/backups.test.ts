import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CancellationToken } from 'vscode';
import { selectionOfArguments, targetOf } from '../../../../src/extension/command/targets';
import type { EngineClient } from '../../../../src/extension/services';
import { BackupListings } from '../../../../src/extension/tree/backupListings';
import { ListingStore } from '../../../../src/extension/tree/listingStore';
import { contextWords, present } from '../../../../src/extension/tree/presentation';
import { TreeContent } from '../../../../src/extension/tree/treeContent';
import { nodeId, type TreeNode } from '../../../../src/extension/nodes/treeNode';
import type { Translate } from '../../../../src/extension/ui/translate';
import type { Connection } from '../../../../src/model/connection';
import type { CosError, Result } from '../../../../src/model/cosError';
import { bucketName, connectionId } from '../../../../src/model/ids';

const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_all, index: string) => String(args[Number(index)]));
const crn = (kind: string, name: string) => `crn:v1:bluemix:public:cloud-object-storage:global:a/1:2:${kind}:${name}`;
const atMs = Date.UTC(2026, 0, 31, 12);
const connection: Connection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'Mine',
  serviceInstanceId: 'i',
  endpoint: 'https://s3.example',
};
const denied: CosError = { kind: 'denied', op: 'backups/listVaults', retry: 'never', detail: '' };
const vault = { name: 'safe', crn: crn('backup-vault', 'safe'), region: 'us-south', bytesUsed: 1_230_000 };
const restoreOf = (id: string, rangeId: string) => ({
  id,
  rangeId,
  targetCrn: crn('bucket', 'copy'),
  pointInTimeMs: atMs,
  status: 'running' as const,
  percent: 40,
});
const filled = {
  'buckets/list': [{ name: bucketName('logs') }],
  'objects/listPage': { folders: [], objects: [] },
  'backups/listVaults': [vault],
  'backups/listRanges': [
    { id: 'r1', sourceCrn: crn('bucket', 'logs'), startMs: atMs - 3_600_000, endMs: atMs, deleteAfterDays: 30 },
  ],
  'backups/listRestores': [restoreOf('x', 'r1'), restoreOf('y', 'another')],
  'backups/listPolicies': [
    { id: 'p', name: 'continuous', vaultCrn: vault.crn, status: 'active' as const, deleteAfterDays: 30 },
  ],
};

/** A tree whose far side answers with what is given, and that notes what it was asked. */
function treeOf(answers: Partial<Record<string, unknown>>, of: Connection = connection) {
  const asked: string[] = [];
  const send = async (method: string, _params: unknown, token?: CancellationToken): Promise<Result<unknown>> => {
    asked.push(method);
    const value = answers[method];
    if (value === 'slow') {
      await new Promise((done) => token?.onCancellationRequested(done));
      return { ok: false, error: { ...denied, kind: 'cancelled' } };
    }
    return Promise.resolve(value === undefined ? { ok: false, error: denied } : { ok: true, value });
  };
  const engine = { send } as Pick<EngineClient, 'send'>;
  const source = () => {
    const controller = new AbortController();
    const onCancellationRequested = (listener: (event: unknown) => void) => {
      controller.signal.addEventListener('abort', listener);
      return { dispose: () => undefined };
    };
    const token = {
      get isCancellationRequested() {
        return controller.signal.aborted;
      },
      onCancellationRequested,
    };
    return { token, cancel: () => controller.abort(), dispose: () => undefined };
  };
  const store = new ListingStore(engine, source);
  const connections = { list: () => [of], get: () => of };
  const local = { connectionId: connectionId('local'), isRunning: () => true, isStarting: () => false };
  const again: string[] = [];
  const backups = new BackupListings(engine, source, (node) => void again.push(present(node, atMs, t).label));
  const content = new TreeContent(engine, connections, local, store, backups);
  /** The node reached by expanding what carries these labels, one below the other. */
  const walk = async (...labels: readonly string[]): Promise<TreeNode> => {
    let nodes = content.top();
    let found = nodes[0]!;
    for (const label of labels) {
      nodes = await content.children(found);
      found = nodes.find((node) => present(node, atMs, t).label === label)!;
    }
    return found;
  };
  return { content, asked, walk, backups, again };
}

const labelsOf = (nodes: readonly TreeNode[]) => nodes.map((node) => present(node, atMs, t).label);

describe('backup vaults in the tree', () => {
  it('come after the buckets, and are listed when they are expanded, level by level', async () => {
    const { content, asked, walk } = treeOf(filled);
    expect(labelsOf(await content.children(await walk()))).toEqual(['logs', 'Backup vaults']);
    expect(asked).toEqual(['buckets/list']);
    const vaults = await content.children(await walk('Backup vaults'));
    expect(asked).toEqual(['buckets/list', 'backups/listVaults']);
    expect(present(vaults[0]!, atMs, t)).toMatchObject({ label: 'safe', description: 'us-south · 1.23 MB' });
    const ranges = await content.children(vaults[0]!);
    expect(asked.at(-1)).toBe('backups/listRanges');
    expect(present(ranges[0]!, atMs, t)).toMatchObject({ label: 'logs', icon: 'history' });
    expect(present(ranges[0]!, atMs, t).tooltip).toContain('kept for 30 days');
    const restores = await content.children(ranges[0]!);
    expect(asked.at(-1)).toBe('backups/listRestores');
    expect(labelsOf(restores)).toEqual(['Restore into copy']);
    expect(present(restores[0]!, atMs, t).description).toMatch(/40 %$/);
  });

  const hmac: Connection = { ...connection, kind: 'hmac', region: 'eu', addressingStyle: 'path' };
  const unbound: Connection = { ...connection, serviceInstanceId: '' };
  it.each([
    ['a connection by HMAC key', hmac],
    ['a connection without a service instance', unbound],
  ])('are not shown for %s', async (_name, of) => {
    const { content } = treeOf(filled, of);
    expect(labelsOf(await content.children(content.top()[0]!))).toEqual(['logs']);
  });

  it('are there for somebody who may not list buckets', async () => {
    const { content } = treeOf({ 'backups/listVaults': [vault] });
    expect(labelsOf(await content.children(content.top()[0]!))).toContain('Backup vaults');
  });

  it.each([
    ['no vault', { 'backups/listVaults': [] }, ['Backup vaults'], ['No backup vaults yet', 'Create Backup Vault…']],
    ['no backup', { 'backups/listRanges': [] }, ['Backup vaults', 'safe'], [/^Nothing is backed up here yet/]],
    [
      'no restore',
      { 'backups/listRestores': [] },
      ['Backup vaults', 'safe', 'logs'],
      ['Nothing was restored from it yet'],
    ],
    [
      'a refusal',
      { 'backups/listVaults': undefined },
      ['Backup vaults'],
      [/^Access is denied/, 'Connection Doctor', 'Try Again'],
    ],
  ])('say what there is to do where there is %s', async (_name, answers, path, expected) => {
    const { content, walk } = treeOf({ ...filled, ...answers });
    const labels = labelsOf(await content.children(await walk(...path)));
    const pattern = (label: string | RegExp): unknown =>
      label instanceof RegExp ? expect.stringMatching(label) : label;
    expect(labels).toEqual((expected as readonly (string | RegExp)[]).map(pattern));
  });

  it('offer nothing that writes through a read-only connection', async () => {
    const { content, walk } = treeOf({ ...filled, 'backups/listVaults': [] }, { ...connection, isReadOnly: true });
    expect(labelsOf(await content.children(await walk('Backup vaults')))).toEqual(['No backup vaults yet']);
    expect(present(await walk('Backup vaults'), atMs, t).context).toEqual(['vaults', 'readOnly']);
  });

  it('can be listed again once they are shown, by the very node that is shown', async () => {
    const { content, walk } = treeOf(filled);
    expect(content.backupsNode(connection.id)).toBeUndefined();
    const shown = await walk('Backup vaults');
    expect(content.backupsNode(connection.id)).toBe(shown);
  });
});

describe('a listing of backups', () => {
  afterEach(() => void vi.useRealTimers());

  it('ends when nobody looks any more, and says nothing then', async () => {
    const { content, walk, backups } = treeOf({ ...filled, 'backups/listVaults': 'slow' });
    const vaults = (await content.children(await walk())).find(({ kind }) => kind === 'vaults')!;
    const listing = content.children(vaults);
    expect(backups.stop(nodeId(vaults))).toBe(true);
    expect(await listing).toEqual([]);
    expect(backups.stop(nodeId(vaults))).toBe(false);
  });

  it('is made again while a restore that is shown runs, and no longer once nobody looks', async () => {
    vi.useFakeTimers();
    const { content, walk, backups, again } = treeOf(filled);
    const range = await walk('Backup vaults', 'safe', 'logs');
    await content.children(range);
    await vi.advanceTimersByTimeAsync(5000);
    expect(again).toEqual(['logs']);
    await content.children(range);
    expect(backups.stop(nodeId(range))).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again).toEqual(['logs']);
  });

  it('is not made again for restores that have ended', async () => {
    vi.useFakeTimers();
    const ended = { ...restoreOf('x', 'r1'), status: 'complete' as const };
    const { content, walk, again } = treeOf({ ...filled, 'backups/listRestores': [ended] });
    await content.children(await walk('Backup vaults', 'safe', 'logs'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again).toEqual([]);
  });
});

describe('backup policies in the tree', () => {
  it('are shown at their bucket once somebody asked for them, and then no longer', async () => {
    const { content, asked, walk } = treeOf(filled);
    const bucket = { connectionId: connection.id, bucket: bucketName('logs') };
    expect(labelsOf(await content.children(await walk('logs')))).toEqual(['Empty']);
    expect(content.togglePolicies(bucket)).toBe(true);
    expect(labelsOf(await content.children(await walk('logs')))).toEqual(['Backup policies', 'Empty']);
    expect(asked).not.toContain('backups/listPolicies');
    const policies = await content.children(await walk('logs', 'Backup policies'));
    expect(present(policies[0]!, atMs, t)).toMatchObject({ label: 'continuous', description: 'into safe · active' });
    expect(content.togglePolicies(bucket)).toBe(false);
    expect(labelsOf(await content.children(await walk('logs')))).toEqual(['Empty']);
  });

  it('offer to create one where there is none', async () => {
    const { content, walk } = treeOf({ ...filled, 'backups/listPolicies': [] });
    content.togglePolicies({ connectionId: connection.id, bucket: bucketName('logs') });
    const none = await content.children(await walk('logs', 'Backup policies'));
    expect(labelsOf(none)).toEqual(['The bucket is not backed up', 'Create Backup Policy…']);
    expect(targetOf('bucket', selectionOfArguments([none[1]]))).toEqual({ connectionId: 'c', bucket: 'logs' });
  });
});

describe('every node of backups', () => {
  it('has a place, an id, an accessible name of its own, and known words in its context', async () => {
    const { content, walk } = treeOf(filled);
    content.togglePolicies({ connectionId: connection.id, bucket: bucketName('logs') });
    const nodes = [
      await walk('Backup vaults'),
      await walk('Backup vaults', 'safe'),
      await walk('Backup vaults', 'safe', 'logs'),
      await walk('Backup vaults', 'safe', 'logs', 'Restore into copy'),
      await walk('logs', 'Backup policies'),
      await walk('logs', 'Backup policies', 'continuous'),
    ];
    expect(new Set(nodes.map(nodeId)).size).toBe(nodes.length);
    expect(nodes.map((node) => present(node, atMs, t).accessibilityLabel)).toEqual([
      'Backup vaults of the connection Mine',
      'Backup vault safe, us-south · 1.23 MB',
      expect.stringMatching(/^Backup of the bucket logs, .+ to .+/),
      expect.stringMatching(/^Restore into copy, as of .+ · 40 %$/),
      'Backup policies of the bucket logs',
      'Backup policy continuous, into safe · active',
    ]);
    for (const node of nodes) {
      expect(contextWords).toEqual(expect.arrayContaining([...present(node, atMs, t).context]));
      expect(targetOf('connection', selectionOfArguments([node]))).toEqual({ connectionId: 'c' });
      expect(content.parent(node)).toBeDefined();
    }
    expect(targetOf('bucket', selectionOfArguments([nodes[2]]))).toBeUndefined();
  });
});
