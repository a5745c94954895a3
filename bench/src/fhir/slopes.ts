import type { Figures } from '../bench.ts';

/** Of each operation: its figures by name, e.g. `create` to `cpuMs`. */
export type ByOperation = ReadonlyMap<string, Readonly<Record<string, number>>>;

const SLOPES = { slope: 'cpuMs', slopeBuffers: 'buffers', slopeP99: 'p99Ms' } as const;

/**
 * The figures of the largest population under their plain names, those of the smaller ones behind
 * `patientsN`, and what each operation takes at the largest over what it takes at the smallest.
 * @param sizes measured populations, the smallest first
 */
export function figuresBySize(
  sizes: readonly { readonly patients: number; readonly operations: ByOperation }[],
): Figures {
  const figures: Record<string, number> = {};
  const [first] = sizes;
  const last = sizes.at(-1);
  for (const { patients, operations } of sizes) {
    const prefix = operations === last?.operations ? '' : `patients${patients}.`;
    for (const [operation, values] of operations) {
      for (const [name, value] of Object.entries(values)) {
        figures[`${prefix}${operation}.${name}`] = value;
      }
    }
  }
  if (first === undefined || last === undefined || first === last) return figures;
  for (const [slope, name] of Object.entries(SLOPES)) {
    for (const [operation, top] of last.operations) {
      const base = first.operations.get(operation)?.[name];
      const value = top[name];
      if (base !== undefined && value !== undefined)
        figures[`${slope}.${operation}`] = value / base;
    }
  }
  return figures;
}
