import { propertiesOf, type Shape } from '../structure.ts';
import type { Rule } from './check.ts';
import { containedRule } from './contained-rules.ts';
import { extensionRule } from './extension-rules.ts';
import { referenceRule } from './reference-rules.ts';

/** What code checks of an object of a shape: constraints that FHIRPath would be slow for. */
export function rulesOf(shape: Shape, isResource: boolean): readonly Rule[] {
  if (shape.path === 'Reference') return [referenceRule];
  if (shape.path === 'Extension') return [extensionRule];
  return isResource && propertiesOf(shape).has('contained') ? [containedRule] : [];
}
