import type { Condition } from './condition.ts';

/** A formula apart from the sensitivity masks in it. */
export interface MaskShape {
  /** Equal keys mean formulas that differ in their masks alone. */
  readonly key: string;
  /** In the order in which `toSql` comes to them. */
  readonly masks: readonly bigint[];
}

/**
 * Forms of one organisation differ most in which labels they keep back: formulas of one shape are one
 * expression in SQL, their masks a list.
 */
export function maskShape(condition: Condition): MaskShape {
  const masks: bigint[] = [];
  const keyOf = (node: Condition): string => {
    switch (node.op) {
      case 'labelled':
        masks.push(node.mask);
        return '#';
      case 'not':
        return `!${keyOf(node.term)}`;
      case 'and':
      case 'or':
        return `${node.op}(${node.terms.map(keyOf).join(',')})`;
      default:
        return node.key;
    }
  };
  const key = keyOf(condition);
  return { key, masks };
}
