import { createHash } from 'node:crypto';
import type { KmsInstance } from './accounts';

/** A key of a Key Protect instance. */
export interface KmsKey {
  readonly id: string;
  readonly crn: string;
  readonly name: string;
  readonly alias: string;
  /** `rootKey` wraps other keys and is what COS needs; `standardKey` can be extracted. */
  readonly kind: 'rootKey' | 'standardKey';
  /** 1 active, 2 suspended, as on the wire. */
  readonly state: 1 | 2;
  /** `perKey`: access to this key alone, which the list does not show (control-plane §4.2). */
  readonly access: 'listed' | 'perKey';
  readonly createdAtMs: number;
}

/** More than the default page of 200, so that a client must page. */
const manyKeysCount = 230;

/** The keys of an instance, the same ones after each start: their ids come from the instance and their names. */
export function keysOf(instance: KmsInstance): readonly KmsKey[] {
  const key = (name: string, change: Partial<KmsKey> = {}): KmsKey => {
    const id = uuidFrom(`${instance.guid}/${name}`);
    const crn = instance.crn.replace(/::$/, `:key:${id}`);
    const { createdAtMs } = instance;
    return {
      id,
      crn,
      name,
      alias: `${name}-alias`,
      kind: 'rootKey',
      state: 1,
      access: 'listed',
      createdAtMs,
      ...change,
    };
  };
  switch (instance.contents) {
    case 'few':
      return [
        key('backups-root-key'),
        key('documents-root-key'),
        key('suspended-root-key', { state: 2 }),
        key('application-secret', { kind: 'standardKey' }),
        key('colleagues-root-key', { access: 'perKey' }),
      ];
    case 'many':
      return Array.from({ length: manyKeysCount }, (_, index) => key(`root-key-${String(index + 1).padStart(3, '0')}`));
  }
}

/** The active root key that a full CRN names; COS can encrypt a bucket with it. */
export function findRootKey(instances: readonly KmsInstance[], crn: string): KmsKey | undefined {
  return instances
    .flatMap((instance) => keysOf(instance))
    .find((key) => key.crn === crn && key.kind === 'rootKey' && key.state === 1);
}

function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
