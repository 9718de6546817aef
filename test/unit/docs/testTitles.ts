import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createSourceFile,
  forEachChild,
  isCallExpression,
  isStringLiteralLike,
  isTemplateExpression,
  ScriptTarget,
} from 'typescript';
import type { Expression, Node } from 'typescript';

/**
 * The titles of the tests in a file, and in the suites that it takes from beside it: each by itself, and after that of what it stands in. What is put into a title when it runs
 * (`%s`, `$name`, `${name}`) may be anything.
 */
export function titlesIn(path: string): { has(title: string): boolean } {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  const add = (title: string) => {
    if (/%[sdij]|\$/.test(title)) patterns.push(patternOf(title));
    else exact.add(title);
  };
  const visit = (node: Node, above: string): void => {
    const named = nameOfCall(node);
    if (named?.kind === 'describe') {
      forEachChild(node, (child) => visit(child, `${above}${named.title} `));
      return;
    }
    if (named?.kind === 'test') {
      add(named.title);
      if (above !== '') add(above + named.title);
    }
    forEachChild(node, (child) => visit(child, above));
  };
  const text = readFileSync(path, 'utf8');
  const suites = [...text.matchAll(/from '\.\/(\w*[sS]uite)'/g)].map(([, name]) => join(dirname(path), `${name}.ts`));
  for (const file of [path, ...suites]) {
    visit(createSourceFile(file, readFileSync(file, 'utf8'), ScriptTarget.Latest, true), '');
  }
  return { has: (title) => exact.has(title) || patterns.some((pattern) => pattern.test(title)) };
}

function nameOfCall(node: Node): { readonly kind: 'describe' | 'test'; readonly title: string } | undefined {
  if (!isCallExpression(node)) return undefined;
  const called = /^(describe|it|test)\b/.exec(node.expression.getText())?.[1];
  const title = titleOf(node.arguments[0]);
  if (called === undefined || title === undefined) return undefined;
  return { kind: called === 'describe' ? 'describe' : 'test', title };
}

function titleOf(argument: Expression | undefined): string | undefined {
  if (argument === undefined) return undefined;
  if (isStringLiteralLike(argument)) return argument.text;
  return isTemplateExpression(argument) ? argument.getText().slice(1, -1) : undefined;
}

function patternOf(title: string): RegExp {
  const escaped = title.split(/%[sdij]|\$\{[^}]*\}|\$\w+/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.+')}$`);
}
