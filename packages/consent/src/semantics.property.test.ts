import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { canonicalise } from './compile/canonical-class.ts';
import { explain } from './explain/explain.ts';
import { ConsentEngine } from './memory/consent-engine.ts';
import type { ConsentModel } from './model/consent-model.ts';
import { walk } from './model/lint.ts';
import { parseConsent } from './model/parse-consent.ts';
import { isExplicitPermit, patientLayer } from './reference/patient-layer.ts';
import {
  actionArbitrary,
  actorArbitrary,
  type ConsentJson,
  consentArbitrary,
  consentsArbitrary,
  dayMs,
  nowArbitrary,
  type ProvisionJson,
  provisionArbitrary,
  rowArbitrary,
  rulebookArbitrary,
} from './testing/arbitraries.ts';
import { withClasses } from './testing/with-classes.ts';

const RUNS = runs(500);
/** A soak run takes as long as it takes. */
vi.setConfig({ testTimeout: 30_000 + RUNS * 200 });
const WRITTEN = dayMs(1);

const question = fc.record({
  rulebook: rulebookArbitrary,
  actor: actorArbitrary,
  action: actionArbitrary,
  shape: rowArbitrary,
  nowMs: nowArbitrary,
});
type Asked = typeof question extends fc.Arbitrary<infer T> ? T : never;

/** Decides through the compiled engine. */
function released(asked: Asked, consents: readonly unknown[]): boolean {
  const engine = new ConsentEngine(asked.rulebook);
  const models = consents.map((each) => parseConsent(each));
  const row = withClasses(asked.shape.row, engine.intern(models, WRITTEN), undefined);
  return engine.decide(asked.actor, asked.action, { row, nowMs: asked.nowMs });
}

/** Counts how often a property's premise held: one that never holds proves nothing. */
class Premise {
  held = 0;

  is(condition: boolean): boolean {
    if (condition) this.held++;
    return condition;
  }
}

describe('the semantics', () => {
  it('1: adding a deny provision never turns deny into permit', () => {
    const premise = new Premise();
    const added = provisionArbitrary.map((leaf) => {
      const { provision: _children, ...stated } = leaf;
      return { ...stated, type: 'deny' };
    });
    const place = fc.tuple(fc.nat(), fc.nat());
    fc.assert(
      fc.property(
        question,
        consentsArbitrary,
        added,
        place,
        (asked, consents, deny, [which, at]) => {
          fc.pre(consents.length > 0);
          if (!premise.is(!released(asked, consents))) return;
          const grown = consents.map((each, index) =>
            index === which % consents.length ? withProvision(each, deny, at) : each,
          );
          expect(released(asked, grown)).toBe(false);
        },
      ),
      { numRuns: RUNS },
    );
    expect(premise.held).toBeGreaterThan(RUNS / 10);
  });

  it('2: adding an unrelated consent never removes an explicit permit, except by deny', () => {
    const premise = new Premise();
    fc.assert(
      fc.property(question, consentsArbitrary, consentArbitrary, (asked, consents, extra) => {
        const { actor, action, rulebook, nowMs, shape } = asked;
        const q = {
          actor,
          action,
          nowMs,
          domain: rulebook.domain,
          row: shape.row,
          purpose: 'TREAT',
        };
        const before = consents.map((each) => parseConsent(each));
        const added = parseConsent({ ...extra, policy: [{ uri: 'http://unrelated' }] });
        if (!premise.is(isExplicitPermit(patientLayer(q, before)))) return;
        const after = patientLayer(q, [...before, added]);
        if (after.outcome !== 'permit') expect(patientLayer(q, [added]).outcome).toBe('deny');
        else expect(isExplicitPermit(after)).toBe(true);
      }),
      // The premise holds in about one case of forty: enough cases that its floor is not luck.
      { numRuns: RUNS * 4 },
    );
    expect(premise.held).toBeGreaterThan(RUNS / 50);
  });

  it('3: time passing never widens access, except at a stated start or a root period end', () => {
    const premise = new Premise();
    fc.assert(
      fc.property(
        question,
        consentsArbitrary,
        fc.integer({ min: 1, max: 9 }),
        (asked, json, days) => {
          const later = { ...asked, nowMs: asked.nowMs + days * 86_400_000 };
          const models = json.map((each) => parseConsent(each));
          const openings = models.flatMap(openingsOf);
          const isClosed = !openings.some((at) => asked.nowMs < at && at <= later.nowMs);
          if (!isClosed || !premise.is(!released(asked, json))) return;
          expect(released(later, json)).toBe(false);
        },
      ),
      { numRuns: RUNS },
    );
    expect(premise.held).toBeGreaterThan(RUNS / 10);
  });

  it('4: the order of consents, siblings, labels and purposes is irrelevant', () => {
    fc.assert(
      fc.property(question, consentsArbitrary, (asked, consents) => {
        const turned = reversed(consents) as ConsentJson[];
        const actor = reversed(asked.actor) as typeof asked.actor;
        const [a, b] = [consents, turned].map((all) =>
          canonicalise(
            all.map((each) => parseConsent(each)),
            WRITTEN,
          ),
        );
        expect(b).toEqual(a);
        expect(released({ ...asked, actor }, turned)).toBe(released(asked, consents));
      }),
      { numRuns: RUNS },
    );
  });

  it('6: explain always agrees with decide', () => {
    const premise = new Premise();
    fc.assert(
      fc.property(question, consentsArbitrary, (asked, json) => {
        const consents = json.map((each) => parseConsent(each));
        const explanation = explain(asked, { row: asked.shape.row, consents });
        const isReleased = premise.is(released(asked, json));
        expect(explanation.outcome).toBe(isReleased ? 'permit' : 'deny');
        expect(explanation.lines.length).toBeGreaterThan(0);
      }),
      { numRuns: RUNS },
    );
    expect(premise.held).toBeGreaterThan(RUNS / 50);
  });
});

// 5, compile == interpret, is the differential test beside this one.

function openingsOf({ period, root }: ConsentModel): readonly number[] {
  const nested = walk(root).flatMap(({ stated }) =>
    stated.period?.kind === 'interval' ? [stated.period.from] : [],
  );
  return [period.from, period.until, ...nested];
}

function withProvision(consent: ConsentJson, added: ProvisionJson, at: number): ConsentJson {
  let next = 0;
  const total = count(consent.provision);
  const visit = (node: ProvisionJson): ProvisionJson => {
    const isHere = next++ === at % total;
    const children = (node.provision ?? []).map(visit);
    const grown = isHere ? [...children, added] : children;
    return grown.length === 0 ? node : { ...node, provision: grown };
  };
  return { ...consent, provision: visit(consent.provision) };
}

const count = (node: ProvisionJson): number =>
  1 + (node.provision ?? []).reduce((sum, child) => sum + count(child), 0);

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed).reverse();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, reversed(each)]));
}
