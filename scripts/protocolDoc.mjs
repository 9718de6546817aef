// docs/protocol.md is generated from the request and notification maps. `node scripts/protocolDoc.mjs` writes it; check compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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

function rows(file, interfaceName) {
  const found = [];
  parse(file).forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== interfaceName) return;
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || member.type === undefined) continue;
      const name = member.name.text;
      const parts = ts.isTypeLiteralNode(member.type)
        ? Object.fromEntries(member.type.members.map((part) => [part.name.text, oneLine(part.type?.getText() ?? '')]))
        : undefined;
      found.push({ name, parts, whole: oneLine(member.type.getText()), about: documentation(member) });
    }
  });
  if (found.length === 0) throw new Error(`no members of ${interfaceName} in ${file}`);
  return found;
}

function requestTable(interfaceName) {
  const lines = rows('src/protocol/requests.ts', interfaceName).map(
    ({ name, parts, about }) => `| \`${name}\` | \`${parts.params}\` | \`${parts.result}\` | ${about} |`,
  );
  return ['| method | params | result | |', '|---|---|---|---|', ...lines].join('\n');
}

function render() {
  const notifications = rows('src/protocol/notifications.ts', 'EngineNotifications').map(
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
