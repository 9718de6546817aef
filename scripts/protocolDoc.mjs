// docs/protocol.md is generated from the request and notification maps. `node scripts/protocolDoc.mjs` writes it; check compares.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const target = 'docs/protocol.md';

function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
}

const oneLine = (text) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();

function documentation(node) {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((tag) => ts.getTextOfJSDocComment(tag.comment) ?? '')
    .map(oneLine)
    .join(' ');
}

/** Every interface of the protocol, by name. */
const interfaces = new Map(
  readdirSync('src/protocol')
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => parse(`src/protocol/${name}`).statements.filter(ts.isInterfaceDeclaration))
    .map((node) => [node.name.text, node]),
);

/** The members of an interface, those that it inherits last. */
function membersOf(interfaceName) {
  const node = interfaces.get(interfaceName);
  if (node === undefined) throw new Error(`no interface ${interfaceName} in src/protocol`);
  const inherited = (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.expression.text));
  return [...node.members, ...inherited.flatMap(membersOf)];
}

function rows(interfaceName) {
  const found = [];
  for (const member of membersOf(interfaceName)) {
    if (!ts.isPropertySignature(member) || member.type === undefined) continue;
    const name = member.name.text;
    const parts = ts.isTypeLiteralNode(member.type)
      ? Object.fromEntries(member.type.members.map((part) => [part.name.text, oneLine(part.type?.getText() ?? '')]))
      : undefined;
    found.push({ name, parts, whole: oneLine(member.type.getText()), about: documentation(member) });
  }
  if (found.length === 0) throw new Error(`no members of ${interfaceName} in src/protocol`);
  return found;
}

function requestTable(interfaceName) {
  const lines = rows(interfaceName).map(
    ({ name, parts, about }) => `| \`${name}\` | \`${parts.params}\` | \`${parts.result}\` | ${about} |`,
  );
  return ['| method | params | result | |', '|---|---|---|---|', ...lines].join('\n');
}

function render() {
  const notifications = rows('EngineNotifications').map(
    ({ name, whole, about }) => `| \`${name}\` | \`${whole}\` | ${about} |`,
  );
  return [
    '# The protocol between extension and engine',
    '',
    'Generated from `src/protocol` by `node scripts/protocolDoc.mjs`; do not edit. Every request is answered with a',
    '`Result` (`src/model/cosError.ts`): `{ ok: true, value }` or `{ ok: false, error }`.',
    '',
    '## Requests to the engine',
    '',
    requestTable('EngineRequests'),
    '',
    '## Requests to the extension',
    '',
    requestTable('HostRequests'),
    '',
    '## Notifications of the engine',
    '',
    '| name | params | |',
    '|---|---|---|',
    ...notifications,
    '',
  ].join('\n');
}

export function checkProtocolDoc() {
  const current = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (current === render()) return true;
  console.error(`${target} is out of date: run node scripts/protocolDoc.mjs`);
  return false;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) writeFileSync(target, render());
