import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { canonicalise } from './compile/canonical-class.ts';
import { compileClass } from './compile/compile-class.ts';
import type { Context } from './compile/context.ts';
import { decodeClass } from './compile/decode-class.ts';
import { actorView } from './gate/actor-view.ts';
import { ConsentEngine } from './memory/consent-engine.ts';
import type { ConsentModel } from './model/consent-model.ts';
import { parseConsent } from './model/parse-consent.ts';
import { interpret } from './reference/interpreter.ts';
import type { Rulebook } from './rulebook.ts';
import {
  actionArbitrary,
  actorArbitrary,
  consentsArbitrary,
  nowArbitrary,
  rowArbitrary,
  rulebookArbitrary,
  tiesArbitrary,
} from './testing/arbitraries.ts';
import { withClasses } from './testing/with-classes.ts';

/** Each run decides 5 rows x 4 actors: 20 triples. */
const RUNS = runs(600);
/** A soak run takes as long as it takes. */
vi.setConfig({ testTimeout: 120_000 + RUNS * 200 });

describe('the compiled engine', () => {
  it('CON-1 decides every (consents, request, row) as the reference interpreter does', () => {
    const outcomes = { release: 0, hide: 0 };
    let opaque = 0;
    fc.assert(
      fc.property(
        rulebookArbitrary,
        fc.tuple(consentsArbitrary, consentsArbitrary, tiesArbitrary),
        fc.array(fc.tuple(actorArbitrary, actionArbitrary), { minLength: 4, maxLength: 4 }),
        fc.array(rowArbitrary, { minLength: 5, maxLength: 5 }),
        fc.tuple(nowArbitrary, nowArbitrary).map((pair) => pair.sort((a, b) => a - b)),
        (rulebook, [json1, json2, othersTies], requests, rows, [writtenMs, nowMs]) => {
          const engine = new ConsentEngine(rulebook);
          const [own, other] = [json1, json2].map((all) => all.map((each) => parseConsent(each)));
          if (own === undefined || other === undefined) throw new Error('two lists');
          const [classOfOwn, classOfOther] = [own, other].map((all) =>
            engine.intern(all, writtenMs),
          );
          for (const [actor, action] of requests) {
            const table = engine.table(actor, action);
            for (const { row: bare, hasOther } of rows) {
              if (classOfOwn === undefined) throw new Error('interned');
              const named = classOfOther && { ...classOfOther, ties: othersTies };
              const row = withClasses(bare, classOfOwn, hasOther ? named : undefined);
              const subject = { row, consents: own, othersConsents: hasOther ? [other] : [] };
              const reason = interpret({ actor, action, nowMs, rulebook }, subject);
              const released = table.decide(row, actorView(actor), nowMs) === 'release';
              outcomes[released ? 'release' : 'hide']++;
              if (released === (reason.outcome === 'permit')) continue;
              // A class beyond MAX_CONDITION_SIZE is opaque: hidden, never decided by halves.
              const concerned = hasOther ? [own, other] : [own];
              const isOpaque = concerned.some((all) =>
                isBeyondSize(all, { writtenMs, context: table.context, rulebook }),
              );
              if (!released && isOpaque) opaque++;
              else expect({ released, reason }).toEqual('agreement');
            }
          }
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    // The generator is worth something only while both answers are common.
    expect(outcomes.release).toBeGreaterThan(RUNS);
    expect(outcomes.hide).toBeGreaterThan(RUNS);
    expect(opaque).toBeLessThan(RUNS / 10);
  });
});

function isBeyondSize(
  consents: readonly ConsentModel[],
  at: { readonly writtenMs: number; readonly context: Context; readonly rulebook: Rulebook },
): boolean {
  const interned = canonicalise(consents, at.writtenMs);
  const decoded = decodeClass(interned?.canonical ?? '{}');
  return decoded.ok && !compileClass(decoded.value, at.context, at.rulebook).ok;
}
