import type { Verdict } from '../model/verdict';
import type { RestoreTier } from '../model/archive';
import type { Connection, Credential } from '../model/connection';
import type { CosError } from '../model/cosError';
import type { BucketName, ConnectionId, ObjectKey, TransferId, UploadId } from '../model/ids';
import type { Link, LinkWish } from '../model/link';
import type { ObjectAttributes, ObjectHeaders, ObjectInfo, ObjectPage } from '../model/objectInfo';
import type { AttributeChange, AttributeOutcome, ObjectState, SeenMark } from '../model/objectState';
import type { VersioningState, VersionPage } from '../model/objectVersion';
import type { Protection } from '../model/protection';
import type {
  BucketProtection,
  LockDefault,
  LockRetention,
  ObjectLockConfiguration,
  RetentionExtension,
  RetentionPolicy,
} from '../model/retention';
import type { UploadOptions } from '../model/uploadOptions';
import type { SiteAttributes } from '../model/website';
import type { ClashChoice, TransferSnapshot } from '../model/transferState';
import type { AnnouncementRequests } from './announcements';
import type { AccountRequests } from './accounts';
import type { BackupRequests } from './backups';
import type { BucketConfigRequests } from './bucketConfig';
import type { BucketRequests } from './buckets';
import type { DocumentRequests } from './documents';
import type { EmptyingRequests } from './emptying';
import type { ReplicationRequests } from './replication';
import type { WebsiteRequests } from './website';

/** Settings of the engine, sent first and again whenever one changes. */
export interface EngineConfiguration {
  readonly protocolVersion: number;
  /** `http.proxy`; empty or absent means the environment's `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` decide. */
  readonly proxyUrl?: string;
  /** `http.noProxy`, host patterns. */
  readonly noProxy?: readonly string[];
  /** `http.proxyStrictSSL`: whether certificates are verified. */
  readonly strictTls: boolean;
  /** PEM files trusted besides the system's (`ibmcos.network.caFiles`, `NODE_EXTRA_CA_CERTS`). */
  readonly caFiles: readonly string[];
  /** `http.systemCertificates`. */
  readonly useSystemCertificates: boolean;
  readonly requestTimeoutMs: number;
  /** Bytes that transfers may hold in memory together. */
  readonly memoryBudgetBytes: number;
  /** Connections per endpoint that transfers may use at once. */
  readonly maxConnections: number;
  readonly preferredPartBytes: number;
  /** Bytes per second that transfers may move together, up and down; absent means no limit. */
  readonly maxBytesPerSecond?: number;
  /** Whether uploads of folders leave out symbolic links instead of following them. */
  readonly skipSymlinks?: boolean;
  /**
   * Folder of the journal of transfers, one for all windows of the machine. Read once, from the first configuration;
   * without it transfers end with the engine.
   */
  readonly stateFolderFsPath?: string;
}

/** What the engine says of itself. */
export interface EngineInfo {
  readonly protocolVersion: number;
  readonly pid: number;
}

/** An object, or one version of it. */
export interface ObjectRef {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly versionId?: string;
}

/** When a write may happen. `ifMatch`: the object is still this one. `ifAbsent`: there is none. */
export type WriteCondition =
  | {
      readonly kind: 'ifMatch';
      readonly etag: string;
      /** Where given, the object must not have been written since, with the same bytes either. */
      readonly modifiedAtMs?: number;
    }
  | { readonly kind: 'ifAbsent' }
  | { readonly kind: 'always' };

/** What a write left behind. */
export interface WriteOutcome {
  readonly etag: string;
  readonly versionId?: string;
  readonly modifiedAtMs: number;
  /** Who checked the condition: the server in one step, or a HEAD just before where it ignores conditions. */
  readonly conditionCheckedBy: 'server' | 'headBefore' | 'none';
  /** What vouches for what was stored. */
  readonly verdict?: Verdict;
}

/** What a successful test of a connection found. */
export interface ConnectionTestReport {
  /** Absent when the identity may not list buckets (which is a working connection all the same). */
  readonly bucketCount?: number;
  readonly latencyMs: number;
}

/** A file or folder of this machine to upload. */
export interface UploadSource {
  readonly fsPath: string;
  /** A folder's content goes below the prefix without the folder's own name. */
  readonly contentsOnly?: true;
  /** What a file is called below the prefix, instead of its own name. */
  readonly name?: string;
}

/** An object, or all objects below a prefix, to download. */
export type DownloadSource =
  | { readonly kind: 'object'; readonly key: ObjectKey; readonly versionId?: string }
  | {
      readonly kind: 'prefix';
      readonly prefix: string;
      /** The objects go into the folder without the prefix's last segment. */
      readonly contentsOnly?: true;
    };

/** Objects, and all objects below prefixes, to copy or move. A prefix's objects keep their names below its last segment. */
export interface CopySource {
  readonly bucket: BucketName;
  readonly keys: readonly ObjectKey[];
  readonly prefixes: readonly string[];
  /** The version of a single object, which can be copied but not moved. */
  readonly versionId?: string;
  /** The connection to read through, where it is another than the copies are written through. */
  readonly connectionId?: ConnectionId;
  /** The objects of the prefixes go below the target's prefix without the prefix's last segment: a folder is renamed. */
  readonly contentsOnly?: true;
}

/**
 * Globs (`*`, `**`, `?`, `[a-z]`, `{a,b}`, `\` before what is meant as it stands) over the names that files and objects get
 * below the target, with `/` between folders. A pattern without `/` is compared with the last segment, others with the whole
 * name, and a `/` at the end means folders only. One that matches a folder stands for all that is in it.
 * An empty `include` includes everything; `exclude` wins. A malformed pattern is refused as `invalid`.
 */
export interface NameFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What protects copies: what protects their sources, or what the target's bucket gives to new objects. */
export type CopyProtection = 'keep' | 'bucketDefault';

/** What a transfer is asked to do. */
export type TransferRequest =
  | {
      readonly kind: 'upload';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      /** Prefix the sources go below; ends in `/` or is empty. */
      readonly prefix: string;
      readonly sources: readonly UploadSource[];
      readonly filter?: NameFilter;
      readonly clash: ClashChoice;
      /** The files are those of a website. */
      readonly site?: SiteAttributes;
      /** What every object gets. */
      readonly options?: UploadOptions;
    }
  | {
      readonly kind: 'download';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly sources: readonly DownloadSource[];
      readonly filter?: NameFilter;
      /** Folder the objects go into; a prefix's objects keep their names below the prefix's last segment. */
      readonly folderFsPath: string;
      /** Exact target of a single object, for *Save As*; with clash `ask` it is replaced, since the dialog has asked. */
      readonly fileFsPath?: string;
      readonly clash: ClashChoice;
    }
  | {
      /** Finishes an upload that somebody began, with the file it was begun with; refused when the file does not match. */
      readonly kind: 'resumeUpload';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      readonly uploadId: UploadId;
      readonly fsPath: string;
      readonly clash: 'replace' | 'fail';
    }
  | {
      readonly kind: 'delete';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly keys: readonly ObjectKey[];
      readonly prefixes: readonly string[];
    }
  | {
      /** Changes headers, metadata, tags or ACL as `attributes/put` does, object by object; what it does not name is kept. */
      readonly kind: 'change';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly keys: readonly ObjectKey[];
      readonly prefixes: readonly string[];
      /** The objects that the change was made for, named or below a prefix, as far as they were looked at. */
      readonly seen?: Readonly<Record<string, SeenMark>>;
      readonly change: AttributeChange;
      readonly method: 'copy' | 'put';
    }
  | {
      /** Permanently deletes everything in a bucket, and aborts its open uploads. */
      readonly kind: 'empty';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      /** Whether versions and delete markers are deleted too; false only where versioning was never enabled. */
      readonly hasVersions: boolean;
      /** The bucket has Object Lock: a refusal of a version is one of its lock. */
      readonly isLocked: boolean;
      /** Whether the bucket goes, too, once nothing is left in it. */
      readonly deleteBucket: boolean;
    }
  | {
      readonly kind: 'copy';
      /** The connection that the copies are written through. */
      readonly connectionId: ConnectionId;
      readonly source: CopySource;
      readonly filter?: NameFilter;
      readonly target: {
        readonly bucket: BucketName;
        /** Prefix the copies go below; ends in `/` or is empty. */
        readonly prefix: string;
        /** Exact key of the copy of a single object, instead of its own name below the prefix. */
        readonly key?: ObjectKey;
      };
      /** Move or rename: each source is deleted once its copy is verified. */
      readonly deleteSource: boolean;
      /** `keepBoth` numbers what is copied to where it lies: objects, and folders as a whole. */
      readonly clash: ClashChoice;
      /** Absent: a retention goes along where the service copies in one piece, and a lock does not. */
      readonly protection?: CopyProtection;
      /** What proves a copy whose checksums cannot be compared with its source's; absent: `read` where the source is deleted. */
      readonly incomparable?: IncomparableCopies;
    };

/**
 * What proves copies inside a service whose checksums cannot be compared with those of their sources: both are read, or the
 * service is trusted as far as condition and size go.
 */
export type IncomparableCopies = 'read' | 'trust';

/** Targets under retention or hold that cannot be replaced, among those that were looked at: perhaps not all. */
export interface ProtectedTargets {
  readonly count: number;
  readonly looked: number;
}

/** An upload that was begun and neither completed nor aborted. Without sizes where there are too many to look into. */
export interface OpenUpload {
  readonly key: ObjectKey;
  readonly uploadId: UploadId;
  readonly initiatedAtMs: number;
  readonly parts?: number;
  readonly bytes?: number;
  /** A transfer of this engine is at it. */
  readonly isRunning?: true;
}

/** What became of the wish to undo a deletion. */
export type UndoneDeletion =
  | {
      readonly kind: 'undone';
      /** Objects that are there again. */
      readonly there: number;
      /** Objects whose marker is gone, and that another one still hides. */
      readonly hidden: number;
      /** Objects that the deletion left no marker of: their bucket kept no versions. */
      readonly withoutMarker: number;
      /** Markers that are still there. */
      readonly failures: readonly { readonly key: string; readonly error: CosError }[];
    }
  /** `notKnown`: by another engine; `used`: it was undone, or deleted nothing; `tooMany`: more than are remembered. */
  | { readonly kind: 'impossible'; readonly cause: 'notKnown' | 'used' | 'noVersions' | 'tooMany' };

/** How many objects a selection holds; `isComplete` is false when counting stopped at the limit. */
export interface ObjectCount {
  readonly objects: number;
  readonly bytes: number;
  readonly isComplete: boolean;
  /** Those among them whose copies could not be compared by checksums with them. */
  readonly incomparable?: { readonly objects: number; readonly bytes: number };
}

/**
 * Requests from the extension to the engine. Every answer is a `Result`, see `model/cosError`.
 * Cancelling a request stops its work before the answer (`cancelled`) goes out.
 */
export interface EngineRequests
  extends
    BucketRequests,
    EmptyingRequests,
    DocumentRequests,
    BackupRequests,
    BucketConfigRequests,
    ReplicationRequests,
    AccountRequests,
    AnnouncementRequests,
    WebsiteRequests {
  /** Sets the engine up. The first request; sent again when a setting changes. */
  'engine/configure': { params: EngineConfiguration; result: EngineInfo };
  /** Signs in and lists buckets with settings that may not be saved yet. Changes nothing. */
  'connection/test': { params: { connection: Connection; credential: Credential }; result: ConnectionTestReport };
  /** Forgets tokens, bucket locations and learned behaviour of a connection that was edited or removed. */
  'connection/forget': { params: { connectionId: ConnectionId }; result: null };

  /** One page of a listing in one request. `startAfter` only on a first page. */
  'objects/listPage': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      prefix: string;
      delimiter: '/' | '';
      cursor?: string;
      startAfter?: string;
      maxKeys?: number;
    };
    result: ObjectPage;
  };
  'objects/head': { params: ObjectRef; result: ObjectInfo };
  /** Tags of an object, in a request of their own. */
  'objects/getTags': { params: ObjectRef; result: Readonly<Record<string, string>> };
  /**
   * Bytes of an object, at most `maxBytes` (cap 16 MiB) from `offsetBytes`; more without a range is `tooLarge`.
   * With `ifMatch`, another object under the key is `preconditionFailed`.
   */
  'objects/read': {
    params: ObjectRef & { maxBytes: number; range?: { offsetBytes: number; lengthBytes: number }; ifMatch?: string };
    /** `verdict`: what vouches for the bytes of a whole object; absent for a range. */
    result: { info: ObjectInfo; bytes: Uint8Array; verdict?: Verdict };
  };
  /** Writes a document's bytes with all attributes, under a condition. `preconditionFailed` writes nothing. */
  'objects/write': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      key: ObjectKey;
      bytes: Uint8Array;
      attributes: ObjectAttributes | { readonly headers: ObjectHeaders };
      condition: WriteCondition;
    };
    result: WriteOutcome;
  };
  /** Creates the empty object `prefix` that stands for a folder; `conflict`/`alreadyExists` when something is there. */
  'objects/createFolder': {
    params: { connectionId: ConnectionId; bucket: BucketName; prefix: string };
    result: null;
  };
  /** Counts what keys and prefixes hold, at most `limit` objects. */
  'objects/count': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      keys: readonly ObjectKey[];
      prefixes: readonly string[];
      limit: number;
    };
    result: ObjectCount;
  };
  /** A URL that a browser could open if the object were public. No signature. */
  'objects/url': { params: ObjectRef; result: string };
  /**
   * A link that carries its signature, for one object and one method; sends nothing. `unsupported` for API keys, `denied` to
   * upload through a read-only connection. A link to upload names no version.
   */
  'links/create': { params: ObjectRef & { readonly wish: LinkWish }; result: Link };

  /**
   * Everything about an object or version but its bytes. What could not be read (often for want of a role) is absent and
   * listed with its failure. The ACL of a version, and tags, take requests of their own: for a document, not for a list.
   */
  'attributes/get': { params: ObjectRef; result: ObjectState };
  /**
   * Changes headers, metadata, tags and ACL of the current object; everything that the change does not name is kept.
   * `seen` is the object that the change was made for: `preconditionFailed`/`changedMeanwhile` when it is another now.
   * `held` under Immutable protection, `conflict` in archive, `invalid` against the rules of `model/tags` and
   * `model/metadataRules`; then nothing was written. `method` is how headers and metadata are changed: by a copy inside the
   * service, or (`put`, at most 64 MiB) by sending the bytes again. `lock` is what the new version of a locked object gets.
   */
  'attributes/put': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      key: ObjectKey;
      seen: { etag: string; modifiedAtMs?: number };
      change: AttributeChange;
      method: 'copy' | 'put';
      lock: 'keep' | 'bucketDefault';
    };
    result: AttributeOutcome;
  };
  /** Brings an archived object back for some days; `started` is not yet readable. */
  'archive/restore': {
    params: ObjectRef & { readonly days: number; readonly tier?: RestoreTier };
    result: 'started' | 'extended';
  };

  /** What protects an object or version; see `deletability` of `model/protection` for what follows from it. */
  'protection/get': { params: ObjectRef; result: Protection };
  /** Adds a named legal hold (retention policy). `conflict`/`holdExists` when it is there; answers with all of them. */
  'protection/addHold': { params: ObjectRef & { readonly holdId: string }; result: Protection };
  /** Removes a named legal hold; `notFound`/`noSuchHold` when there is none. */
  'protection/removeHold': { params: ObjectRef & { readonly holdId: string }; result: Protection };
  /** Extends a retention, or gives an indefinite one an end. Never shortens. */
  'protection/extend': { params: ObjectRef & { readonly extension: RetentionExtension }; result: Protection };
  /** Sets an Object Lock retention; null removes it. `held` where the lock in force forbids that. */
  'protection/setLock': {
    params: ObjectRef & { readonly retention: LockRetention | null; readonly bypassGovernance: boolean };
    result: Protection;
  };
  /** Puts or removes the one legal hold of Object Lock. */
  'protection/setLockHold': { params: ObjectRef & { readonly isOn: boolean }; result: Protection };
  /** Retention policy of a bucket. */
  'bucketProtection/get': { params: { connectionId: ConnectionId; bucket: BucketName }; result: BucketProtection };
  /** Sets or changes a retention policy, which can never be removed. Answers with what the service has then. */
  'bucketProtection/put': {
    params: { connectionId: ConnectionId; bucket: BucketName; policy: RetentionPolicy };
    result: BucketProtection;
  };
  /** Object Lock of a bucket. */
  'objectLock/get': { params: { connectionId: ConnectionId; bucket: BucketName }; result: ObjectLockConfiguration };
  /** Permanently switches Object Lock on, with a default or (null) without. */
  'objectLock/put': {
    params: { connectionId: ConnectionId; bucket: BucketName; defaultRetention: LockDefault | null };
    result: ObjectLockConfiguration;
  };

  /** One page of versions and delete markers in one request. */
  'versions/listPage': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      prefix: string;
      delimiter: '/' | '';
      cursor?: string;
      maxKeys?: number;
    };
    result: VersionPage;
  };
  /** Makes an old version the current one by copying it over, if the current object is as `condition` says. */
  'versions/restore': {
    params: ObjectRef & {
      readonly versionId: string;
      readonly condition: WriteCondition;
      readonly lock: 'keep' | 'bucketDefault';
    };
    result: WriteOutcome;
  };
  /** Permanently deletes one version, or a delete marker. `held` where it is protected. */
  'versions/delete': {
    params: ObjectRef & { readonly versionId: string; readonly bypassGovernance: boolean };
    result: { readonly wasDeleteMarker: boolean };
  };
  /** Deletes the delete markers on top of an object, so that its newest version is there again. */
  'versions/undelete': {
    params: { connectionId: ConnectionId; bucket: BucketName; key: ObjectKey };
    result: { readonly versionId: string; readonly removedMarkers: number };
  };
  /**
   * Deletes the delete markers that a deletion of this engine made, by the version ids that the service answered it with, and
   * says how many objects are there then. What is undone is not undone again.
   */
  'versions/undoDeletion': { params: { transferId: TransferId }; result: UndoneDeletion };
  /** Whether a bucket keeps versions. */
  'versioning/get': { params: { connectionId: ConnectionId; bucket: BucketName }; result: VersioningState };
  /** Enables or suspends versioning; `conflict` with a retention policy, or when suspending with Object Lock. */
  'versioning/put': {
    params: { connectionId: ConnectionId; bucket: BucketName; state: 'enabled' | 'suspended' };
    result: VersioningState;
  };
  /** Open multipart uploads of a bucket, whoever began them; `isComplete` is false where there are more than 10,000. */
  'uploads/list': {
    params: { connectionId: ConnectionId; bucket: BucketName };
    result: { readonly uploads: readonly OpenUpload[]; readonly isComplete: boolean };
  };
  /** Aborts uploads and so frees their parts. Those that are gone count as aborted; running ones are refused. */
  'uploads/abort': {
    params: {
      connectionId: ConnectionId;
      bucket: BucketName;
      uploads: readonly { readonly key: ObjectKey; readonly uploadId: UploadId }[];
    };
    result: {
      readonly abortedCount: number;
      readonly failures: readonly { readonly key: string; readonly error: CosError }[];
    };
  };

  /** Starts a transfer and answers at once; the rest comes as `transfers/progress`. */
  'transfers/start': { params: TransferRequest; result: TransferSnapshot };
  /** Transfers of this engine, of other windows, and of engines that are gone: those are paused until resumed or cancelled. */
  'transfers/list': { params: null; result: readonly TransferSnapshot[] };
  /** Ends a transfer and answers when its work has stopped and its traces are gone. */
  'transfers/cancel': { params: { transferId: TransferId }; result: TransferSnapshot };
  /**
   * Stops a transfer and keeps what has arrived, in this engine and for later ones; answers when its work has stopped.
   * `conflict` where it is not running here.
   */
  'transfers/pause': { params: { transferId: TransferId }; result: TransferSnapshot };
  /** Goes on with a paused transfer, also one of an engine that is gone. `conflict` where another window runs it. */
  'transfers/resume': { params: { transferId: TransferId }; result: TransferSnapshot };
  /** Tries a failed or cancelled transfer again, as the same transfer: what arrived stays and is not moved again. */
  'transfers/retry': { params: { transferId: TransferId }; result: TransferSnapshot };
  /** Drops a finished transfer from the list; `conflict` while it is not finished. */
  'transfers/remove': { params: { transferId: TransferId }; result: null };
  /** Drops finished transfers from the list. */
  'transfers/clearFinished': { params: null; result: null };
}

/** Requests from the engine to the extension. */
export interface HostRequests {
  /** Settings of a connection; `invalid`/`noConnection` when there is none. */
  'connection/resolve': { params: { connectionId: ConnectionId }; result: Connection };
  /** Secret of a connection; `signInNeeded`/`secretMissing` when no keychain has one. */
  'credential/resolve': { params: { connectionId: ConnectionId }; result: Credential };
  /** Keeps a secret that took the place of the one before, such as a refresh token; the connection stays as it is. */
  'credential/keep': { params: { connectionId: ConnectionId; credential: Credential }; result: null };
  /** Asks the user, once for a transfer, what to do where targets exist. `cancel` cancels the transfer. */
  'transfer/decideClashes': {
    params: {
      transferId: TransferId;
      clashCount: number;
      examples: readonly string[];
      title: string;
      target: string;
      /** Those of them that the service will not let be replaced; absent where there is none. */
      protectedTargets?: ProtectedTargets;
    };
    result: 'skip' | 'replace' | 'keepBoth' | 'cancel';
  };
}

/** Name of a request to the engine. */
export type EngineMethod = keyof EngineRequests;
/** Name of a request to the extension. */
export type HostMethod = keyof HostRequests;
