import { applyEdits, modify, parse, type ParseError } from 'jsonc-parser';
import type { TemplateContent } from './templates';

/**
 * A document's text with a template's content, comments and all else kept. Undefined where the text is not JSON, or has
 * something else where the content belongs.
 */
export function withTemplate(text: string, content: TemplateContent): string | undefined {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as unknown;
  if (errors.length > 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (content.kind === 'fields') {
    return Object.entries(content.fields).reduce(
      (before, [name, field]) =>
        field === null && !(name in value) ? before : changed(before, [name], field ?? undefined),
      text,
    );
  }
  const rules: unknown = 'rules' in value ? value.rules : [];
  if (!Array.isArray(rules)) return undefined;
  const ids = new Set(rules.map((rule: { readonly id?: unknown } | null) => rule?.id));
  const rule = { ...content.rule, id: freeId(content.rule.id ?? 'rule', ids) };
  return changed(text, ['rules', rules.length], rule);
}

function freeId(wanted: string, ids: ReadonlySet<unknown>): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!ids.has(id)) return id;
  }
}

function changed(text: string, path: readonly (string | number)[], value: unknown): string {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  return applyEdits(text, modify(text, [...path], value, { formattingOptions }));
}
