import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAREWELL, type Leaf } from '../entry/leaf.ts';
import { MAX_COUNTER_HOLES } from '../limits.ts';
import { CounterCoverage } from './counter-coverage.ts';
import type { Finding } from './finding.ts';

function leaf(changes: Pick<Leaf, 'n'> & Partial<Leaf>): Leaf {
  return {
    v: 1,
    id: 'id',
    ts: new Date(changes.n).toISOString(),
    type: 'read',
    action: 'R',
    outcome: 0,
    purpose: [],
    actor: 'a',
    patient: null,
    resource: null,
    body: 'b',
    mac: 'm',
    producer: { process: 'api-1', epoch: 1 },
    ...changes,
  };
}

function holesOf(leaves: readonly Leaf[]): string[] {
  const findings: Finding[] = [];
  const coverage = new CounterCoverage({
    settleMs: 0,
    report: (finding) => findings.push(finding),
  });
  for (const each of leaves) coverage.add(each);
  expect(coverage.finish().unsettled).toBe(0);
  return findings.map((finding) => finding.detail ?? '');
}

/** After all others, so that each process of them has ended long ago by the log's clock. */
const afterwards = (n: number, ms: number): Leaf =>
  leaf({ n, ts: new Date(ms).toISOString(), producer: { process: 'later', epoch: 1 } });

/** The numbers of a text such as `4 to 6, 9 to 9`. */
const numbersIn = (text: string): number[] =>
  [...text.matchAll(/(\d+) to (\d+)/g)].flatMap(([, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i),
  );

it('finds exactly the counters that are neither logged nor void, in whatever order they come', () => {
  const counters = fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 1 });
  fc.assert(
    fc.property(
      counters,
      fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 5 }),
      (logged, voids) => {
        const last = Math.max(...logged, ...voids) + 1;
        const leaves = [
          ...logged.map((n, i) => leaf({ n, ...(i === 0 && { void: voids }) })),
          leaf({ n: last, type: FAREWELL }),
        ];
        const known = new Set([...logged, ...voids, last]);
        const missing = Array.from({ length: Math.max(...known) }, (_, n) => n).filter(
          (n) => !known.has(n),
        );
        expect(holesOf(leaves).flatMap(numbersIn)).toEqual(missing);
      },
    ),
  );
});

it('a hole is too young to tell until the log has gone on long enough after it', () => {
  const findings: Finding[] = [];
  const options = { settleMs: 60_000, report: (finding: Finding) => findings.push(finding) };
  const coverage = new CounterCoverage(options);
  coverage.add(leaf({ n: 0, ts: '2026-03-01T08:00:00.000Z' }));
  coverage.add(leaf({ n: 2, ts: '2026-03-01T08:00:01.000Z' }));
  coverage.add(leaf({ n: 5, ts: '2026-03-01T08:01:01.000Z' }));
  expect(coverage.finish().unsettled).toBe(2);
  expect(findings.map((finding) => finding.detail)).toEqual(['api-1/1: 1 to 1']);
});

it('each process and each of its lives counts for itself', () => {
  const other = { process: 'api-2', epoch: 1 };
  const later = { process: 'api-1', epoch: 2 };
  const leaves = [
    leaf({ n: 0 }),
    leaf({ n: 1, producer: other, type: FAREWELL }),
    leaf({ n: 0, producer: later }),
  ];
  expect(holesOf(leaves)).toEqual(['api-2/1: 0 to 0']);
});

describe('a life that ends without a farewell', () => {
  const settleMs = 60_000;
  function reportOf(leaves: readonly Leaf[]) {
    const gaps: string[] = [];
    const report = ({ detail = '' }: Finding) => gaps.push(detail);
    const coverage = new CounterCoverage({ settleMs, report });
    for (const each of leaves) coverage.add(each);
    return { ...coverage.finish(), gaps };
  }
  const seconds = (at: number) => new Date(at * 1_000).toISOString();

  it('loses the numbers of its end to the crash; those of before are omissions', () => {
    const leaves = [
      leaf({ n: 0, ts: seconds(0) }),
      leaf({ n: 2, ts: seconds(100) }),
      leaf({ n: 4, ts: seconds(140) }),
      leaf({ n: 7, ts: seconds(140.001) }),
      leaf({ n: 9, ts: seconds(200) }),
      afterwards(0, 1_000_000),
    ];
    expect(reportOf(leaves)).toEqual({
      unsettled: 0,
      gaps: ['api-1/1: 1 to 1', 'api-1/1: 3 to 3'],
      lost: [
        { process: 'api-1', epoch: 1, lastAt: seconds(200), count: 3, numbers: '5 to 6, 8 to 8' },
      ],
    });
  });

  it.each([
    ['goes on', leaf({ n: 3, ts: seconds(60) })],
    ['says farewell', leaf({ n: 3, ts: seconds(1), type: FAREWELL })],
  ])('but whoever %s must account for them', (_, last) => {
    const before = [leaf({ n: 0, ts: seconds(0) }), leaf({ n: 2, ts: seconds(0) })];
    const after = afterwards(0, 1_000_000);
    expect(reportOf([...before, after])).toMatchObject({ gaps: [], lost: [{ count: 1 }] });
    expect(reportOf([...before, last, after])).toMatchObject({
      gaps: ['api-1/1: 1 to 1'],
      lost: [],
    });
    const named = { ...last, void: [1] };
    expect(reportOf([...before, named, after])).toMatchObject({ gaps: [], lost: [] });
  });

  it('is not taken for one before the log has gone on for as long', () => {
    const young = [leaf({ n: 1, ts: seconds(0) }), afterwards(0, 59_999)];
    expect(reportOf(young)).toEqual({ unsettled: 1, gaps: [], lost: [] });
  });
});

it('is bounded by holes: beyond the limit the lowest are reported at once, the rest at the end', () => {
  const gaps: string[] = [];
  const report = ({ detail = '' }: Finding) => gaps.push(detail);
  const coverage = new CounterCoverage({ settleMs: 0, report });
  const holes = MAX_COUNTER_HOLES + 2;
  const add = (n: number) => coverage.add(leaf({ n, ts: seconds(n) }));
  const seconds = (at: number) => new Date(at).toISOString();
  for (let hole = 0; hole < holes; hole++) add(2 * hole + 1);
  expect(gaps).toEqual(['api-1/1: 0 to 0', 'api-1/1: 2 to 2']);
  coverage.add(leaf({ n: 2 * holes, ts: seconds(2 * holes), type: FAREWELL }));
  coverage.finish();
  expect(gaps).toHaveLength(holes);
  expect(gaps.at(-1)).toBe(`api-1/1: ${2 * holes - 2} to ${2 * holes - 2}`);
});

it('knows a number that was logged before, in whatever span it has come to lie', () => {
  const found: string[] = [];
  const report = ({ kind, detail = '' }: Finding) => found.push(`${kind} ${detail}`);
  const coverage = new CounterCoverage({ settleMs: 0, report });
  for (const n of [0, 5, 3, 4, 1, 2, 4]) coverage.add(leaf({ n }));
  coverage.finish();
  expect(found).toEqual(['counter-repeated api-1/1: 4']);
});
