// Goal (G14): ten kinds of bad versions are stopped, each by the gate it is for, and of versions as good
// as the one before at most one in twenty. Method: evidence made from seeds, good and then spoilt.
import { describe, expect, it } from 'vitest';
import { evaluateCandidate } from './evaluate-candidate.ts';
import type { GateName } from './gate.ts';
import { BAD, Draws, goodEvidence } from './testing/synthetic-evidence.ts';
import { watchVersion } from './watch-version.ts';

const GOOD_SEEDS = 200;

const STOPPED_BY: Readonly<Record<keyof typeof BAD, GateName>> = {
  'learnt from shuffled labels': 'better-than-score',
  'broken for one group': 'subgroups',
  'twice as sure as it may be': 'calibration',
  'three times as slow at its slowest': 'latency',
  'with a threshold that moved': 'alert-share',
  'that answers NaN now and then': 'contract',
  'fed from yesterday': 'freshness',
  'given Fahrenheit for Celsius': 'drift',
  'of twice the memory': 'memory',
  'that answers otherwise when asked again': 'determinism',
};

describe('the gates before a model version', () => {
  it(`let through at least 95 % of ${GOOD_SEEDS} good ones`, () => {
    const held = Array.from({ length: GOOD_SEEDS }, (_, seed) => ({
      seed,
      report: evaluateCandidate(goodEvidence(seed)),
    })).filter(({ report }) => report.verdict !== 'pass');
    expect(held.length, JSON.stringify(held.slice(0, 3))).toBeLessThanOrEqual(GOOD_SEEDS * 0.05);
  });

  it.each(Object.keys(BAD))('stop one %s, on each of ten seeds', (name) => {
    for (let seed = 1_000; seed < 1_010; seed++) {
      const spoilt = BAD[name]?.(goodEvidence(seed), new Draws(seed));
      if (spoilt === undefined) throw new Error('there is such a one');
      const { verdict, findings } = evaluateCandidate(spoilt);
      expect(verdict).toBe('fail');
      const failed = findings.filter((each) => each.verdict === 'fail').map(({ gate }) => gate);
      expect(failed).toContain(STOPPED_BY[name]);
    }
  });

  it('can’t tell from too little, and then let nothing through', () => {
    const good = goodEvidence(3);
    const few = (values: Float64Array): Float64Array => values.slice(0, 150);
    const { labelled } = good;
    const { verdict, findings } = evaluateCandidate({
      ...good,
      labelled: {
        scores: few(labelled.scores),
        labels: labelled.labels.slice(0, 150),
        baseline: few(labelled.baseline),
        champion: null,
        groups: {},
      },
    });
    expect(verdict).toBe('inconclusive');
    const open = findings.filter((each) => each.verdict === 'inconclusive');
    expect(open.map(({ gate }) => gate)).toContain('better-than-score');
    for (const { samples, needed } of open) expect(samples).toBeLessThan(needed);
  });
});

describe('the watch over a version that answers', () => {
  const live = (seed: number) => ({
    run: goodEvidence(seed).run,
    ...{ failed: { of: 500, were: 2 }, championFailed: { of: 500, were: 3 } },
    ...{ overridden: { of: 120, were: 12 }, championOverridden: { of: 200, were: 22 } },
    labelled: null,
  });

  it('keeps good ones', () => {
    const back = Array.from({ length: 100 }, (_, seed) => watchVersion(live(seed))).filter(
      ({ decision }) => decision === 'roll-back',
    );
    expect(back.length).toBeLessThanOrEqual(5);
  });

  it.each([
    ['fails', { failed: { of: 500, were: 40 } }],
    ['is overridden', { overridden: { of: 120, were: 70 } }],
  ])('sends back one that %s more often', (_, change) => {
    expect(watchVersion({ ...live(1), ...change }).decision).toBe('roll-back');
  });

  it('sends back one whose inputs drift, go missing, or that serves a group badly', () => {
    const { run, labelled } = goodEvidence(4);
    const { pulse } = run.features;
    if (pulse === undefined) throw new Error('there is a pulse');
    const given = (of: Float64Array) => ({
      ...live(4),
      run: { ...run, features: { pulse: { ...pulse, live: of } } },
    });
    expect(watchVersion(given(pulse.live.map((v) => v + 30))).decision).toBe('roll-back');
    const lost = pulse.live.map((v, i) => (i % 3 === 0 ? Number.NaN : v));
    expect(watchVersion(given(lost)).decision).toBe('roll-back');
    const broken = BAD['broken for one group']?.(goodEvidence(5), new Draws(5));
    expect(watchVersion({ ...live(5), labelled: broken?.labelled ?? labelled }).decision).toBe(
      'roll-back',
    );
  });

  it('sends nothing back for want of knowing', () => {
    const { run } = goodEvidence(6);
    const none = new Float64Array();
    const little = { ...run, latencyMs: none, championLatencyMs: none, features: {}, changed: 0 };
    const report = watchVersion({ ...live(6), run: little, failed: { of: 3, were: 3 } });
    expect(report).toMatchObject({ decision: 'keep', verdict: 'inconclusive' });
  });
});
