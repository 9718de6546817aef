/**
 * Keys are BLOBs: SQLite compares them byte by byte, which is the UTF-8 binary order of listings (rule 41), and any
 * Unicode text is kept exactly. Times are milliseconds since the epoch. JSON columns hold what is never searched for.
 *
 * - `versions` holds every version and delete marker. `seq` grows with every write, so the highest `seq` of a key is its
 *   latest version. `current_objects` indexes only what a plain listing shows, so that markers and old versions cost it nothing.
 * - A body is a list of `segments`, each one stored `blobs` row (several for multipart objects). Blobs are counted, so
 *   that a copy shares bytes and a completed upload takes over its parts without moving them.
 * - `garbage` names byte files whose row is gone and whose file may still be there; it is drained at open.
 */
const firstSchema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE buckets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  location TEXT NOT NULL,
  provisioning_code TEXT NOT NULL,
  instance_guid TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  versioning TEXT NOT NULL DEFAULT 'never',
  has_object_lock INTEGER NOT NULL DEFAULT 0,
  acl TEXT NOT NULL DEFAULT 'private',
  root_key_crn TEXT,
  object_count INTEGER NOT NULL DEFAULT 0,
  size_bytes INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX buckets_by_instance ON buckets (instance_guid, name);

CREATE TABLE reserved_names (name TEXT PRIMARY KEY, until_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE bucket_settings (
  bucket_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (bucket_id, name)
) WITHOUT ROWID;

CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  bucket_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  seq INTEGER NOT NULL,
  version_id TEXT NOT NULL,
  is_latest INTEGER NOT NULL,
  is_marker INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified_at INTEGER NOT NULL,
  owner_id TEXT NOT NULL,
  storage_class TEXT NOT NULL,
  checksum_algorithm TEXT,
  checksum_type TEXT,
  checksum_value TEXT,
  part_count INTEGER,
  attributes TEXT NOT NULL,
  tags TEXT NOT NULL,
  acl TEXT NOT NULL,
  object_lock TEXT,
  retention TEXT,
  archive TEXT,
  encryption TEXT
);
CREATE UNIQUE INDEX versions_by_key ON versions (bucket_id, key, seq DESC);
CREATE UNIQUE INDEX current_objects ON versions (bucket_id, key) WHERE is_latest = 1 AND is_marker = 0;
CREATE UNIQUE INDEX old_null_versions ON versions (bucket_id, key) WHERE version_id = 'null' AND is_latest = 0;

CREATE TABLE segments (
  version INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  part_number INTEGER,
  offset_bytes INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  blob INTEGER NOT NULL,
  PRIMARY KEY (version, ordinal)
) WITHOUT ROWID;

CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  refs INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  file TEXT,
  bytes BLOB
);
CREATE TABLE garbage (file TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE uploads (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  upload_id TEXT NOT NULL UNIQUE,
  bucket_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  initiated_at INTEGER NOT NULL,
  initiator_id TEXT NOT NULL,
  storage_class TEXT NOT NULL,
  checksum_algorithm TEXT,
  checksum_type TEXT,
  attributes TEXT NOT NULL,
  tags TEXT NOT NULL,
  acl TEXT NOT NULL,
  object_lock TEXT,
  encryption TEXT
);
CREATE INDEX uploads_by_key ON uploads (bucket_id, key, id);

CREATE TABLE parts (
  upload INTEGER NOT NULL,
  part_number INTEGER NOT NULL,
  etag TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  checksums TEXT NOT NULL,
  blob INTEGER NOT NULL,
  encryption TEXT,
  PRIMARY KEY (upload, part_number)
) WITHOUT ROWID;
`;

/**
 * Backups and replication.
 *
 * - A recovery range keeps its versions in `versions` under a bucket id of its own: minus its row id. They share their
 *   bytes with the bucket they came from, by reference, and outlive it.
 * - `backup_*`, `recovery_ranges` and `restores` hold one JSON record each, with the columns by which it is found.
 * - `replication_tasks` is what still has to reach another bucket; a row with attempts is a failure.
 */
const backupSchema = `
ALTER TABLE versions ADD COLUMN replication TEXT;
ALTER TABLE versions ADD COLUMN restored TEXT;
ALTER TABLE versions ADD COLUMN origin TEXT;

CREATE TABLE backup_vaults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  instance_guid TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX backup_vaults_by_instance ON backup_vaults (instance_guid, name);

CREATE TABLE backup_policies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  policy_id TEXT NOT NULL UNIQUE,
  bucket_id INTEGER NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX backup_policies_by_bucket ON backup_policies (bucket_id, id);

CREATE TABLE recovery_ranges (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  range_id TEXT NOT NULL UNIQUE,
  vault_id INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL DEFAULT 0,
  record TEXT NOT NULL
);
CREATE INDEX recovery_ranges_by_vault ON recovery_ranges (vault_id, id);

CREATE TABLE restores (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  restore_id TEXT NOT NULL UNIQUE,
  vault_id INTEGER NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX restores_by_vault ON restores (vault_id, id);

CREATE TABLE replication_tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bucket_id INTEGER NOT NULL,
  key BLOB NOT NULL,
  version_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  sync_type TEXT NOT NULL,
  target_crn TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  first_attempt_at INTEGER,
  last_attempt_at INTEGER,
  next_attempt_at INTEGER NOT NULL,
  cause TEXT,
  UNIQUE (bucket_id, key, seq)
);
CREATE INDEX replication_tasks_due ON replication_tasks (next_attempt_at, id);
`;

/** What bytes must come to when they are read; none for those that were stored before. */
const checksumSchema = 'ALTER TABLE blobs ADD COLUMN crc32 INTEGER;';

/** How a store comes from each format to the next; `PRAGMA user_version` counts the steps taken. */
export const schemaSteps: readonly string[] = [firstSchema, backupSchema, checksumSchema];
