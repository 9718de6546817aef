import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const files = readdirSync(join(root, 'schemas'));
const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { jsonValidation: readonly { fileMatch: string; url: string }[] };
};

/** Every key of a schema, at any depth, that is a keyword: what stands below `properties` are names of a document. */
function keywords(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'properties') return [key, ...Object.values(value as object).flatMap(keywords)];
    return [key, ...(['items', 'additionalProperties'].includes(key) ? keywords(value) : [])];
  });
}

describe('the schemas of configuration documents', () => {
  it('are each contributed for a kind of document', () => {
    expect(contributes.jsonValidation.map(({ url }) => url.replace('./schemas/', '')).sort()).toEqual(
      [...files].sort(),
    );
  });

  it.each(files)('%s explains and completes, and judges nothing that the engine judges', (file) => {
    const schema: unknown = JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8'));
    const allowed = ['$schema', 'title', 'properties', 'items', 'markdownDescription', 'examples', 'defaultSnippets'];
    expect(keywords(schema).filter((keyword) => !allowed.includes(keyword))).toEqual([]);
    expect(schema).toHaveProperty('properties');
  });
});
