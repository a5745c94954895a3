import type { ResourceType } from '@holdfast/fhir';

const COMBINED = 'combo-';

/**
 * `combo-X` of an Observation is defined as `X` or `component-X`: it is searched by the rows of both
 * and has none of its own, which would be half of an Observation's index rows again.
 */
export const isCombined = (type: ResourceType, code: string): boolean =>
  type === 'Observation' && code.startsWith(COMBINED);

/** The parameters under which the rows of a parameter stand. */
export function rowsOfParameter(type: ResourceType, code: string): readonly string[] {
  if (!isCombined(type, code)) return [code];
  const plain = code.slice(COMBINED.length);
  return [plain, `component-${plain}`];
}
