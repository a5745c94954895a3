import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Leaf } from '../entry/leaf.ts';
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
  expect(coverage.finish()).toBe(0);
  return findings.map((finding) => finding.detail ?? '');
}

it('finds exactly the counters that are neither logged nor void, in whatever order they come', () => {
  const counters = fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 1 });
  fc.assert(
    fc.property(
      counters,
      fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 5 }),
      (logged, voids) => {
        const leaves = logged.map((n, i) => leaf({ n, ...(i === 0 && { void: voids }) }));
        const known = new Set([...logged, ...voids]);
        const missing = Array.from({ length: Math.max(...known) }, (_, n) => n).filter(
          (n) => !known.has(n),
        );
        const found = holesOf(leaves).flatMap((detail) => {
          const [, from = '', to = ''] = /: (\d+) to (\d+)$/.exec(detail) ?? [];
          return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
        });
        expect(found).toEqual(missing);
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
  expect(coverage.finish()).toBe(2);
  expect(findings.map((finding) => finding.detail)).toEqual(['api-1/1: 1 to 1']);
});

it('each process and each of its lives counts for itself', () => {
  const other = { process: 'api-2', epoch: 1 };
  const later = { process: 'api-1', epoch: 2 };
  const leaves = [leaf({ n: 0 }), leaf({ n: 1, producer: other }), leaf({ n: 0, producer: later })];
  expect(holesOf(leaves)).toEqual(['api-2/1: 0 to 0']);
});
