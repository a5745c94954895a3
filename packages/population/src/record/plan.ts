import { Draw } from '../draw.ts';
import { RECORD_RESOURCES, STREAM } from '../seeds.ts';
import type { Stance } from './consents.ts';
import type { ActsFor } from './relations.ts';
import type { Course } from './subject.ts';

/** What a record can hold beside the Patient and one Encounter, in the order it is written. */
export const PARTS = [
  'related',
  'consent',
  'team',
  'earlier-encounter',
  'condition',
  'medication',
  'blood-pressure',
  'vital',
  'second-vital',
  'laboratory',
  'second-laboratory',
  'phq-9',
  'gad-7',
  'audit-c',
  'c-ssrs',
  'appointment',
  'message',
] as const;
export type Part = (typeof PARTS)[number];

const SIZES = { 5: 14, 6: 28, 7: 34, 8: 24 } as const;

/** How likely each is to be the next that is taken; those that must be there are not drawn for. */
const WEIGHTS: readonly (readonly [Part, number])[] = [
  ['team', 14],
  ['earlier-encounter', 14],
  ['condition', 18],
  ['medication', 10],
  ['blood-pressure', 16],
  ['vital', 14],
  ['second-vital', 7],
  ['laboratory', 12],
  ['second-laboratory', 5],
  ['phq-9', 15],
  ['gad-7', 8],
  ['audit-c', 6],
  ['c-ssrs', 4],
  ['appointment', 12],
  ['message', 11],
];

/** The parts of one record: 5 to 8 resources with the Patient and the Encounter. */
export function planOf(
  seed: number,
  index: number,
  must: { readonly course: Course; readonly acts: ActsFor; readonly stance: Stance },
): readonly Part[] {
  const draw = new Draw(seed, STREAM.plan, index);
  const wanted = Math.min(RECORD_RESOURCES.max, Number(draw.share(SIZES))) - 2;
  const taken = new Set<Part>([
    ...(must.acts === 'none' ? [] : (['related'] as const)),
    ...(must.stance === 'default' ? [] : (['consent'] as const)),
    // What Part 2 guards is there to be guarded.
    ...(must.course.recovery === 'none' ? [] : (['condition'] as const)),
  ]);
  while (taken.size < wanted) {
    const open = WEIGHTS.filter(([part]) => !taken.has(part));
    let place = draw.next() * open.reduce((sum, [, weight]) => sum + weight, 0);
    const next = open.find(([, weight]) => (place -= weight) < 0) ?? open[0];
    if (next === undefined) break;
    taken.add(next[0]);
  }
  return PARTS.filter((part) => taken.has(part));
}
