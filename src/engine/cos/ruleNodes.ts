import type { XmlNode } from './control';

/** Tags as the elements that stand for them. */
export function tagNodes(tags: Readonly<Record<string, string>>): readonly XmlNode[] {
  return Object.entries(tags).map(([key, value]): XmlNode => {
    const pair: readonly XmlNode[] = [
      ['Key', key],
      ['Value', value],
    ];
    return ['Tag', pair];
  });
}

/** The filter of a rule: one condition stands bare, several in `And` (data-plane §9.1, §15). */
export function filterNode(conditions: readonly XmlNode[]): XmlNode {
  return ['Filter', conditions.length > 1 ? [['And', conditions]] : conditions];
}
