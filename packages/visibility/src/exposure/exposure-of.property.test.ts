import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exposureFacts } from '../testing/exposure-facts.ts';
import { exposureOf } from './exposure-of.ts';
import { type ExposureFacts, type FactName, QUESTIONS } from './facts.ts';
import { REGULATIONS } from './regulations/in-force.ts';

const NAMES = Object.keys(QUESTIONS) as FactName[];
const answers = fc.dictionary(fc.constantFrom(...NAMES), fc.boolean(), { noNullPrototype: true });
const counts = fc.integer({ min: 0, max: 6_000 });

const facts = fc.record({ answers, confirmed: counts, possible: counts, texans: counts }).map(
  ({ confirmed, possible, texans, ...rest }): ExposureFacts =>
    exposureFacts({
      ...rest,
      anchors: { detected: new Date('2026-05-01T12:00:00Z') },
      affected: { confirmed, possible },
      residents: { 'US-TX': { confirmed: Math.min(texans, confirmed), possible: 0 } },
    }),
);

/** Facts that a presumption asks for: showing one may lift a duty that was required before. */
const SHOWN: ReadonlySet<FactName> = new Set<FactName>([
  'lowProbability',
  'riskUnlikely',
  'misuseUnlikely',
  'harmUnlikely',
  'inadvertentByAuthorised',
]);

describe('learning more', () => {
  it('an answered question settles verdicts and never turns one round', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom(...NAMES), fc.boolean(), (before, name, answer) => {
        fc.pre(before.answers[name] === undefined && !SHOWN.has(name));
        const after = { ...before, answers: { ...before.answers, [name]: answer } };
        const learned = exposureOf(REGULATIONS, after);
        for (const [index, was] of exposureOf(REGULATIONS, before).entries()) {
          if (was.verdict !== 'undetermined') expect(learned[index]?.verdict).toBe(was.verdict);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('an undetermined verdict names what would settle it: answering it all leaves none', () => {
    fc.assert(
      fc.property(facts, fc.boolean(), (before, answer) => {
        const known = { ...before, affected: { ...before.affected, possible: 0 } };
        const asked = exposureOf(REGULATIONS, known).flatMap(({ missing }) => missing);
        const filled = Object.fromEntries(asked.map((name) => [name, answer]));
        const all = { ...known, answers: { ...filled, ...known.answers } };
        const open = exposureOf(REGULATIONS, all).filter((each) => each.verdict === 'undetermined');
        // What an answer brings up may itself ask: each round asks for less.
        const left = new Set(open.flatMap(({ missing }) => missing));
        for (const name of left) expect(asked).not.toContain(name);
      }),
      { numRuns: 100 },
    );
  });
});
