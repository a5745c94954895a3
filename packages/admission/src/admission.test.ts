import type { TenantId } from '@holdfast/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionEffect, type Ask } from './admission.ts';
import { type AdmissionLimits, admissionLimits } from './limits.ts';
import { PRIORITY_CLASSES, type PriorityClass } from './priority.ts';

const four: AdmissionLimits = {
  ...admissionLimits,
  concurrency: { least: 4, first: 4, most: 4 },
  classes: {
    ...admissionLimits.classes,
    bulk: { waiting: 3, waitingPerTenant: 2, waitMs: 100, share: 0.25 },
  },
};

const ask = (id: string, priority: PriorityClass, tenant = 1): Ask => ({
  id,
  priority,
  tenant: tenant as TenantId,
  kind: 'read',
  cost: 1,
});

const text = (effects: readonly AdmissionEffect[]) =>
  effects.map((effect) =>
    effect.kind === 'admit' ? `admit ${effect.id}` : `refuse ${effect.id}: ${effect.reason}`,
  );

describe('Admission', () => {
  it('ADM-3 the slots above the share of the lower classes stay for care-now', () => {
    const admission = new Admission(four);
    for (const id of ['a', 'b', 'c']) {
      expect(text(admission.offer(ask(id, 'interactive'), 0))).toEqual([`admit ${id}`]);
    }
    expect(text(admission.offer(ask('d', 'interactive'), 0))).toEqual([]);
    expect(text(admission.offer(ask('now', 'care-now'), 0))).toEqual(['admit now']);
    expect(text(admission.offer(ask('later', 'care-now'), 0))).toEqual([]);
  });

  it('ADM-3 care-now goes beyond the adaptive limit while others fill it, its own up to it', () => {
    const admission = new Admission({ ...four, concurrency: { least: 2, first: 2, most: 4 } });
    expect(text(admission.offer(ask('a', 'interactive'), 0))).toEqual(['admit a']);
    expect(text(admission.offer(ask('b', 'interactive'), 0))).toEqual([]);
    for (const id of ['now', 'too']) {
      expect(text(admission.offer(ask(id, 'care-now'), 0))).toEqual([`admit ${id}`]);
    }
    expect(text(admission.offer(ask('later', 'care-now'), 0))).toEqual([]);
    expect(text(admission.finish('a', 1))).toEqual([]);
    expect(text(admission.finish('now', 1))).toEqual(['admit later']);
  });

  it('ADM-2 a free slot goes to the most urgent who waits', () => {
    const admission = new Admission(four);
    for (const id of ['a', 'b', 'c', 'd']) admission.offer(ask(id, 'care-now'), 0);
    admission.offer(ask('bulk', 'bulk'), 1);
    admission.offer(ask('person', 'interactive'), 2);
    admission.offer(ask('now', 'care-now'), 3);
    expect(text(admission.finish('a', 4))).toEqual(['admit now']);
    expect(text(admission.finish('b', 5))).toEqual(['admit person']);
    expect(text(admission.finish('c', 6))).toEqual(['admit bulk']);
  });

  it('ADM-4 a full waiting room refuses at its edge, a tenant before the others', () => {
    const admission = new Admission(four);
    admission.offer(ask('running', 'bulk'), 0);
    expect(text(admission.offer(ask('1', 'bulk'), 0))).toEqual([]);
    expect(text(admission.offer(ask('2', 'bulk'), 0))).toEqual([]);
    expect(text(admission.offer(ask('3', 'bulk'), 0))).toEqual(['refuse 3: tenant-full']);
    expect(text(admission.offer(ask('4', 'bulk', 2), 0))).toEqual([]);
    expect(admission.refuses('bulk')).toBe(true);
    expect(text(admission.offer(ask('5', 'bulk', 3), 0))).toEqual(['refuse 5: full']);
  });

  it('ADM-4 whoever has waited as long as the class may is refused then', () => {
    const admission = new Admission(four);
    admission.offer(ask('running', 'bulk'), 0);
    admission.offer(ask('waits', 'bulk'), 10);
    expect(admission.nextTickMs()).toBe(110);
    expect(text(admission.tick(109.9))).toEqual([]);
    expect(text(admission.tick(110))).toEqual(['refuse waits: too-long']);
    expect(admission.nextTickMs()).toBeNull();
  });

  it('whoever goes away while waiting takes no slot', () => {
    const admission = new Admission(four);
    admission.offer(ask('running', 'bulk'), 0);
    admission.offer(ask('gone', 'bulk'), 0);
    admission.withdraw('gone');
    expect(text(admission.finish('running', 1))).toEqual([]);
    expect(admission.waiting().bulk).toBe(0);
  });

  it('a refusal says when to come back, never sooner than the least', () => {
    const admission = new Admission(four);
    admission.offer(ask('running', 'bulk'), 0);
    for (const id of ['1', '2', '3']) {
      for (const effect of admission.offer(ask(id, 'bulk'), 0)) {
        expect(effect).toMatchObject({ kind: 'refuse', retryAfterMs: 1_000 });
      }
    }
  });

  it('ADM-1 each request is admitted or refused once, and no slot is lost, in any order of things', () => {
    const step = fc.record({
      priority: fc.constantFrom(...PRIORITY_CLASSES),
      tenant: fc.integer({ min: 1, max: 3 }),
      laterMs: fc.integer({ min: 0, max: 60 }),
      what: fc.constantFrom('offer', 'offer', 'offer', 'finish', 'withdraw', 'tick'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
        const admission = new Admission(four);
        const ended = new Map<string, string>();
        const serving: string[] = [];
        const waiting = new Set<string>();
        const carryOut = (effects: readonly AdmissionEffect[]): void => {
          for (const { kind, id } of effects) {
            expect(ended.has(id)).toBe(false);
            ended.set(id, kind);
            waiting.delete(id);
            if (kind === 'admit') serving.push(id);
          }
        };
        let now = 0;
        steps.forEach(({ priority, tenant, laterMs, what }, n) => {
          now += laterMs;
          const [oldest] = waiting;
          if (what === 'offer') {
            waiting.add(`${n}`);
            carryOut(admission.offer(ask(`${n}`, priority, tenant), now));
          } else if (what === 'finish') carryOut(admission.finish(serving.shift() ?? '', now));
          else if (what === 'tick') carryOut(admission.tick(now));
          else if (oldest !== undefined) {
            admission.withdraw(oldest);
            waiting.delete(oldest);
          }
          const held = Object.values(admission.inService()).reduce((a, b) => a + b, 0);
          expect(held).toBe(serving.length);
          expect(held).toBeLessThanOrEqual(admission.concurrency);
        });
        carryOut(admission.tick(now + 10_000));
        expect(waiting.size).toBe(0);
      }),
    );
  });
});
