import { createHash } from 'node:crypto';
import { accessToken, call, startTestServer, type Answer, type TestServer } from '../control/testServer';

/** A policy, vault, range, restore or page of them, as the Resource Configuration API answers. */
export interface BackupJson {
  readonly policy_id: string;
  readonly policy_name: string;
  readonly policy_status: string;
  readonly initial_sync_progress?: number;
  readonly error_cause?: string;
  readonly backup_policies: readonly BackupJson[];
  readonly crn: string;
  readonly bytes_used: number;
  readonly backup_vaults: readonly string[];
  readonly recovery_range_id: string;
  readonly recovery_ranges: readonly BackupJson[];
  readonly range_start_time: string;
  readonly range_end_time: string;
  readonly range_create_time: string;
  readonly source_resource_crn: string;
  readonly backup_policy_name: string;
  readonly retention: { readonly delete_after_days: number };
  readonly restore_id: string;
  readonly restores: readonly BackupJson[];
  readonly restore_status: string;
  readonly restore_percent_progress?: number;
  readonly restore_point_in_time: string;
  readonly init_time: string;
  readonly complete_time?: string;
  readonly next?: { readonly href: string; readonly token: string };
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly trace: string;
  readonly status_code: number;
  readonly activity_tracking?: unknown;
  readonly metrics_monitoring?: unknown;
}

export type BackupAnswer = Omit<Answer, 'json'> & { readonly json: BackupJson };

export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const dayMs = 86_400_000;

/** A server with a frozen clock, and short words for what backup tests do. */
export class BackupFixture {
  readonly server: TestServer;
  readonly token: string;
  readonly guid: string;

  private constructor(server: TestServer, token: string) {
    this.server = server;
    this.token = token;
    this.guid = server.info.serviceInstanceId.split(':')[7]!;
  }

  static async start(dataFolder?: string): Promise<BackupFixture> {
    const server = await startTestServer(dataFolder === undefined ? {} : { dataFolder });
    server.clock.freeze();
    const fixture = new BackupFixture(server, await accessToken(server));
    // Tests move the clock by months; what they sign in with must stay good.
    await fixture.admin('PATCH', '/tokens', { accessLifetimeSeconds: 400_000_000 });
    return new BackupFixture(server, await accessToken(server));
  }

  crn(kind: 'bucket' | 'backup-vault', name: string): string {
    return this.server.info.serviceInstanceId.replace(/::$/, `:${kind}:${name}`);
  }

  /** Sends to the Resource Configuration API. */
  async config(
    method: string,
    path: string,
    body?: unknown,
    options: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<BackupAnswer> {
    const { token = this.token, headers = {} } = options;
    const answer = await call(method, this.server.info.configEndpoint + path, { token, headers, body });
    return answer as unknown as BackupAnswer;
  }

  admin(method: string, path: string, body?: unknown): Promise<Answer> {
    return call(method, this.server.info.adminEndpoint + path, { body });
  }

  async s3(
    method: string,
    path: string,
    options: { body?: string; headers?: Record<string, string>; location?: string; token?: string } = {},
  ): Promise<S3Answer> {
    const { location = 'us-south', token = this.token } = options;
    const response = await fetch(`${this.server.info.endpoints[location]!}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'ibm-service-instance-id': this.guid, ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Makes a bucket, versioned unless told otherwise. */
  async bucket(name: string, options: { versioning?: 'never' | 'Enabled'; location?: string } = {}): Promise<string> {
    const { versioning = 'Enabled', location = 'us-south' } = options;
    const made = await this.s3('PUT', `/${name}`, { location });
    if (made.status !== 200) throw new Error(`bucket ${name}: ${made.status} ${made.text}`);
    if (versioning === 'Enabled') await this.setVersioning(name, 'Enabled', location);
    return name;
  }

  setVersioning(name: string, status: 'Enabled' | 'Suspended', location = 'us-south'): Promise<S3Answer> {
    return this.putConfiguration(
      `/${name}?versioning`,
      `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
      location,
    );
  }

  putConfiguration(path: string, xml: string, location = 'us-south'): Promise<S3Answer> {
    const md5 = createHash('md5').update(xml).digest('base64');
    return this.s3('PUT', path, { body: xml, headers: { 'content-md5': md5 }, location });
  }

  /** Writes an object and returns its version id. */
  async put(path: string, body: string, headers: Record<string, string> = {}): Promise<string> {
    const answer = await this.s3('PUT', path, { body, headers });
    if (answer.status !== 200) throw new Error(`put ${path}: ${answer.status} ${answer.text}`);
    return answer.headers.get('x-amz-version-id') ?? 'none';
  }

  async vault(name: string): Promise<string> {
    const answer = await this.config('POST', `/backup_vaults?service_instance_id=${this.guid}`, {
      backup_vault_name: name,
      region: 'us-south',
    });
    if (answer.status !== 201) throw new Error(`vault ${name}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json.crn;
  }

  policyBody(vault: string, change: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      policy_name: 'nightly',
      target_backup_vault_crn: this.crn('backup-vault', vault),
      backup_type: 'continuous',
      initial_retention: { delete_after_days: 10 },
      ...change,
    };
  }

  /** Makes a policy and lets its initial sync finish. Returns the id of the policy. */
  async activePolicy(bucket: string, vault: string, change: Record<string, unknown> = {}): Promise<string> {
    const made = await this.config('POST', `/buckets/${bucket}/backup_policies`, this.policyBody(vault, change));
    if (made.status !== 201) throw new Error(`policy: ${made.status} ${JSON.stringify(made.json)}`);
    this.server.clock.advance(2000);
    const { json } = await this.policy(bucket, made.json.policy_id);
    if (json.policy_status !== 'active') throw new Error(`policy is ${json.policy_status}`);
    return made.json.policy_id;
  }

  policy(bucket: string, policyId: string): Promise<BackupAnswer> {
    return this.config('GET', `/buckets/${bucket}/backup_policies/${policyId}`);
  }

  async ranges(vault: string, query = ''): Promise<readonly BackupJson[]> {
    return (await this.config('GET', `/backup_vaults/${vault}/recovery_ranges${query}`)).json.recovery_ranges;
  }

  restoreBody(rangeId: string, target: string, pointInTime = this.now()): Record<string, unknown> {
    return {
      recovery_range_id: rangeId,
      restore_type: 'in_place',
      restore_point_in_time: pointInTime,
      target_resource_crn: this.crn('bucket', target),
    };
  }

  now(): string {
    return new Date(this.server.clock.nowMs()).toISOString();
  }

  /** Restores the newest range of a vault and waits for the end. */
  async restore(vault: string, target: string, pointInTime = this.now()): Promise<BackupJson> {
    const range = (await this.ranges(vault)).at(-1)!;
    const made = await this.config(
      'POST',
      `/backup_vaults/${vault}/restores`,
      this.restoreBody(range.recovery_range_id, target, pointInTime),
    );
    if (made.status !== 201) throw new Error(`restore: ${made.status} ${JSON.stringify(made.json)}`);
    this.server.clock.advance(2000);
    return (await this.config('GET', `/backup_vaults/${vault}/restores/${made.json.restore_id}`)).json;
  }
}

/** Keys and ids of the versions in a listing of versions, newest first within a key; markers begin with `-`. */
export function versionsIn(text: string): string[] {
  return [...text.matchAll(/<(Version|DeleteMarker)>.*?<Key>(.*?)<\/Key>.*?<VersionId>(.*?)<\/VersionId>/gs)].map(
    ([, kind, key, id]) => `${kind === 'DeleteMarker' ? '-' : ''}${key!} ${id!}`,
  );
}
