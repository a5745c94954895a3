import type { TenantId, Timers } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { AdmissionGate } from './admission-gate.ts';
import { admissionLimits, REFUSAL_BURST, REFUSALS_PER_SECOND } from './limits.ts';

class ManualTime implements Timers {
  #ms = 0;
  readonly #alarms = new Map<number, () => void>();
  readonly clock = { now: () => new Date(this.#ms), monotonicMs: () => this.#ms };

  get armed(): number {
    return this.#alarms.size;
  }

  after(delayMs: number, run: () => void): () => void {
    const at = this.#ms + delayMs;
    this.#alarms.set(at, run);
    return () => this.#alarms.delete(at);
  }

  pass(ms: number): void {
    this.#ms += ms;
    for (const [at, run] of this.#alarms) {
      if (at > this.#ms) continue;
      this.#alarms.delete(at);
      run();
    }
  }
}

const one = { ...admissionLimits, concurrency: { least: 1, first: 1, most: 1 } };

function gateOf() {
  const time = new ManualTime();
  const gate = new AdmissionGate({ clock: time.clock, timers: time, limits: one });
  let asked = 0;
  const enter = () => {
    asked += 1;
    const tenant = 1 as TenantId;
    return gate.enter({ id: `${asked}`, priority: 'interactive', tenant, kind: 'read', cost: 1 });
  };
  return { time, gate, enter };
}

describe('AdmissionGate', () => {
  it('lets the next in when a permit is given back, once however often that is said', async () => {
    const { time, gate, enter } = gateOf();
    const first = await enter();
    const [second, third] = [enter(), enter()];
    if (!first.ok) throw new Error('admitted');
    time.pass(7);
    first.value.leave();
    first.value.leave();
    expect(await second).toMatchObject({ ok: true, value: { waitedMs: 7 } });
    expect(gate.figures()).toMatchObject({
      inService: { interactive: 1 },
      waiting: { interactive: 1 },
    });
    gate.close();
    expect((await third).ok).toBe(false);
  });

  it('refuses after the longest wait, by one timer that is armed only while somebody waits', async () => {
    const { time, gate, enter } = gateOf();
    await enter();
    expect(time.armed).toBe(0);
    const [second, third] = [enter(), enter()];
    expect(time.armed).toBe(1);
    time.pass(one.classes.interactive.waitMs);
    expect(await second).toMatchObject({ ok: false, error: { reason: 'too-long' } });
    expect((await third).ok).toBe(false);
    expect(gate.figures().refused.interactive).toBe(2);
    expect(time.armed).toBe(0);
  });

  it('ADM-6 holds refusals of a crowd, tells care-now at once and all when it closes', async () => {
    const { time, gate } = gateOf();
    for (let n = 0; n < REFUSAL_BURST; n++) await gate.refusalDue('interactive');
    const told: string[] = [];
    const tell = (who: string) => () => told.push(who);
    const [held, last] = [gate.refusalDue('interactive'), gate.refusalDue('bulk')];
    void held.then(tell('held'));
    void last.then(tell('last'));
    await gate.refusalDue('care-now').then(tell('care-now'));
    expect(told).toEqual(['care-now']);
    expect(gate.figures().held).toBe(2);
    time.pass(1_000 / REFUSALS_PER_SECOND);
    await held;
    expect(told).toEqual(['care-now', 'held']);
    gate.close();
    await last;
    expect(gate.figures().held).toBe(0);
  });
});
