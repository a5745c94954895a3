import type { TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionEffect } from './admission.ts';
import { IndexedHeap } from './fairness/indexed-heap.ts';
import { admissionLimits } from './limits.ts';
import { RefusalPace } from './refusal-pace.ts';

/** Of one event loop: reading a request and answering it with a refusal, and each turn of serving it. */
const ASKED_MS = 0.12;
const TURN_MS = 0.2;
const TURNS = 3;
const SECONDS = 10;
const SERVED_MOST = 1_000 / (ASKED_MS + TURNS * TURN_MS);

interface Turn {
  readonly atMs: number;
  readonly costMs: number;
  readonly run: (nowMs: number) => void;
}

/** Callers who ask again the moment they are answered or refused, on one event loop. @returns served a second */
function goodput(callers: number, pace: RefusalPace | null): number {
  const admission = new Admission(admissionLimits);
  const turns = new IndexedHeap<Turn>((a, b) => a.atMs < b.atMs);
  const asking = new Map<string, number>();
  let [served, asked] = [0, 0];
  const ask = (caller: number, atMs: number) =>
    turns.push({ atMs, costMs: ASKED_MS, run: (nowMs) => offer(caller, nowMs) });
  const offer = (caller: number, nowMs: number): void => {
    asked += 1;
    const id = `${asked}`;
    asking.set(id, caller);
    const ask = {
      id,
      priority: 'interactive',
      tenant: 1 as TenantId,
      kind: 'read',
      cost: 1,
    } as const;
    carryOut(admission.offer(ask, nowMs), nowMs);
  };
  const serve = (id: string, atMs: number, left: number): void =>
    turns.push({
      atMs,
      costMs: TURN_MS,
      run: (nowMs) => {
        if (left > 1) return serve(id, nowMs, left - 1);
        served += 1;
        ask(asking.get(id) ?? 0, nowMs);
        return carryOut(admission.finish(id, nowMs), nowMs);
      },
    });
  const carryOut = (effects: readonly AdmissionEffect[], nowMs: number): void => {
    for (const { kind, id } of effects) {
      if (kind === 'admit') serve(id, nowMs, TURNS);
      else ask(asking.get(id) ?? 0, nowMs + (pace?.hold(nowMs) ?? 0));
    }
  };

  for (let caller = 0; caller < callers; caller++) ask(caller, caller / callers);
  for (let nowMs = 0; nowMs < SECONDS * 1_000; ) {
    const next = turns.pop();
    if (next === undefined) break;
    nowMs = Math.max(nowMs, next.atMs) + next.costMs;
    carryOut(admission.tick(nowMs), nowMs);
    next.run(nowMs);
  }
  return served / SECONDS;
}

describe('ADM-6 a crowd that asks again as soon as it is refused', () => {
  it('leaves the server the time to serve nearly all that it could', () => {
    expect(goodput(1_024, new RefusalPace())).toBeGreaterThan(0.85 * SERVED_MOST);
  });

  it('without a pace takes that time away', () => {
    expect(goodput(1_024, null)).toBeLessThan(0.2 * SERVED_MOST);
  });
});
