import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Row {
  /** Row of IBM's features of objects, in its words. */
  readonly feature: string;
  /** Commands that do it, and the word of the rows in the tree that offer them. */
  readonly commands: readonly string[];
  readonly on: 'object' | 'folder' | 'version' | 'deleted';
  /** Requests of the engine. */
  readonly requests: readonly string[];
  /** Tests of them against the local server. */
  readonly tests: readonly string[];
}

const attributes = ['test/server/protection/attributes.test.ts', 'test/server/transfers/changeMany.test.ts'];
const retention = ['test/server/protection/retention.test.ts'];
const rows: readonly Row[] = [
  {
    feature: 'Update metadata by PUT, update metadata by COPY/REPLACE',
    commands: ['ibmcos.object.editMetadata', 'ibmcos.object.editHeaders'],
    on: 'object',
    requests: ['attributes/put', 'transfers/start'],
    tests: attributes,
  },
  {
    feature: 'Head object',
    commands: ['ibmcos.object.openProperties'],
    on: 'object',
    requests: ['documents/open', 'documents/apply'],
    tests: ['test/server/documents/properties.test.ts'],
  },
  {
    feature: 'Object tags',
    commands: ['ibmcos.object.editTags'],
    on: 'object',
    requests: ['attributes/get', 'transfers/start'],
    tests: ['test/server/transfers/changeMany.test.ts'],
  },
  {
    feature: 'List, get and delete versions',
    commands: ['ibmcos.version.open', 'ibmcos.version.delete', 'ibmcos.version.restore'],
    on: 'version',
    requests: ['versions/listPage', 'versions/delete', 'versions/restore'],
    tests: ['test/server/protection/versions.test.ts'],
  },
  {
    feature: 'List versions of an object, bucket or folder',
    commands: ['ibmcos.versions.show'],
    on: 'object',
    requests: ['versions/listPage'],
    tests: ['test/server/protection/versions.test.ts'],
  },
  {
    feature: 'Undelete',
    commands: ['ibmcos.object.undelete'],
    on: 'deleted',
    requests: ['versions/undelete'],
    tests: ['test/server/protection/versions.test.ts'],
  },
  {
    feature: 'Object Lock retention (COMPLIANCE/GOVERNANCE)',
    commands: ['ibmcos.protection.extendRetention', 'ibmcos.protection.removeLock'],
    on: 'object',
    requests: ['protection/setLock'],
    tests: retention,
  },
  {
    feature: 'Object Lock legal hold; add and remove a legal hold of Immutable Object Storage',
    commands: ['ibmcos.protection.addHold', 'ibmcos.protection.removeHold'],
    on: 'object',
    requests: ['protection/setLockHold', 'protection/addHold', 'protection/removeHold'],
    tests: retention,
  },
  {
    feature: 'Upload a protected object (period, date, hold); retention on multipart complete',
    commands: ['ibmcos.object.uploadWithOptions'],
    on: 'folder',
    requests: ['transfers/start'],
    tests: ['test/server/transfers/uploadOptions.test.ts'],
  },
  {
    feature: 'Copy a protected object',
    commands: ['ibmcos.object.copy'],
    on: 'object',
    requests: ['transfers/start'],
    tests: ['test/server/transfers/keptProtection.test.ts'],
  },
  {
    feature: 'List legal holds, retention state',
    commands: ['ibmcos.protection.whenDeletable'],
    on: 'object',
    requests: ['protection/get'],
    tests: retention,
  },
  {
    feature: 'Extend retention (four ways); indefinite (-1), permanent (-2)',
    commands: ['ibmcos.protection.extendRetention'],
    on: 'object',
    requests: ['protection/extend'],
    tests: retention,
  },
  {
    feature: 'Archive state, restore',
    commands: ['ibmcos.object.restoreFromArchive'],
    on: 'object',
    requests: ['archive/restore', 'attributes/get'],
    tests: ['test/server/protection/attributes.test.ts'],
  },
  {
    feature: 'Public object by ACL, private again',
    commands: ['ibmcos.object.setAcl'],
    on: 'object',
    requests: ['attributes/put', 'transfers/start'],
    tests: attributes,
  },
];

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { contributes } = JSON.parse(read('package.json')) as {
  contributes: {
    menus: Record<string, { command?: string; when?: string }[]>;
    submenus: { id: string }[];
    commands: { command: string }[];
  };
};
const protocol = new Set(
  ['requests', 'documents']
    .map((name) => read(`src/protocol/${name}.ts`))
    .flatMap((text) => [...text.matchAll(/^ {2}'(\w+\/\w+)': \{/gm)].map(([, request]) => request)),
);
const featureRows = read('docs/features.md')
  .split('\n')
  .filter((line) => line.startsWith('|'));
const wordsOf = (when: string) =>
  [...when.matchAll(/viewItem =~ \/\\b\(?([\w|]+)\)?\\b\//g)].map(([, words = '']) => words.split('|'));

/** Text of a test, and of the suites that it takes from beside it. */
function testText(file: string): string {
  const text = read(file);
  const suites = [...text.matchAll(/from '\.\/(\w*[sS]uite)'/g)].map(([, name]) =>
    read(join(file, '..', `${name}.ts`)),
  );
  return [text, ...suites].join('\n');
}

describe("IBM's features of objects that concern metadata, tags, versions, protection, archive and access", () => {
  it.each(rows)('are commands of the palette and of the right context menu: $feature', ({ commands, on }) => {
    for (const command of commands) {
      expect(contributes.commands.map((each) => each.command)).toContain(command);
      const hidden = contributes.menus['commandPalette']!.filter((each) => each.command === command);
      expect(hidden).toEqual([]);
      const menus = ['view/item/context', ...contributes.submenus.map(({ id }) => id)];
      const places = menus.flatMap((menu) => contributes.menus[menu]!).filter((each) => each.command === command);
      const isOffered = places.some(({ when = '' }) => wordsOf(when)[0]?.includes(on));
      expect([command, isOffered]).toEqual([command, true]);
    }
  });

  it.each(rows)('are requests of the engine, each tested against the local server: $feature', ({ requests, tests }) => {
    const text = tests.map(testText).join('\n');
    for (const request of requests) {
      expect([request, protocol.has(request), text.includes(`'${request}'`)]).toEqual([request, true, true]);
    }
  });

  it.each(rows)('stand in the table of features with that test: $feature', ({ commands, tests }) => {
    const naming = featureRows.filter((row) => commands.some((command) => row.includes(`\`${command}\``)));
    expect(commands.filter((command) => !naming.some((row) => row.includes(`\`${command}\``)))).toEqual([]);
    expect(tests.filter((test) => !naming.some((row) => row.includes(`\`${test}\``)))).toEqual([]);
  });
});
