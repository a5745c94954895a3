// Goal: models are held by children while deterministic scores go on being answered, whatever a load
// does. Method: real children, one of them with the shipped model in ONNX Runtime.
import { afterEach, describe, expect, it } from 'vitest';
import { modelFolders, SHIPPED_MODELS } from '../files/model-folder.ts';
import { readModels } from '../files/shipped-models.ts';
import { type ChildPoolLimits, childPoolLimits } from '../limits.ts';
import { ChildPool } from './child-pool.ts';
import type { PooledModel } from './residency.ts';

const program = {
  entry: new URL('./testing/child-with-faults.ts', import.meta.url),
  execArgv: ['--conditions=@holdfast/source', '--import', 'tsx'],
};
const LONG = { deadlineMs: 25_000 };
const pools: ChildPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

function poolOf(models: readonly PooledModel[], change: Partial<ChildPoolLimits> = {}): ChildPool {
  const limits = { ...childPoolLimits, spares: 0, respawnBaseMs: 1, ...change };
  const pool = new ChildPool({ limits, program, models });
  pools.push(pool);
  pool.warm();
  return pool;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const model = { id: 'deterioration-24h', version: '1' };
const input = {
  ...{ age: 71, saturationScale: 1, respiration: 24, saturation: 91, oxygen: true },
  ...{ systolic: 98, pulse: 118, consciousness: 'A', temperature: 38.6, absent: {} },
  earlier: { respiration: 17, saturation: 96, systolic: 124, pulse: 84, temperature: 37 },
  laboratory: { lactate: 3.4, creatinine: null, leucocytes: 16 },
};
const request = { id: 'a', model, input };
const phq9 = (id: string) => ({
  ...{ id, model: { id: 'phq-9', version: '1' } },
  input: { answers: { '44260-8': 1 }, statedTotal: null },
});
const broken = (folder: string): PooledModel => ({ model: { id: 'broken', version: '1' }, folder });

describe('a model in the child pool', () => {
  const [shipped] = readModels().models;

  it('is cold at first, then answers in ONNX Runtime what its twin answers here', async () => {
    const pool = poolOf(shipped === undefined ? [] : [shipped]);
    expect(await pool.infer(request, LONG)).toEqual({ ok: false, error: { kind: 'model-cold' } });
    await until(() => pool.status().models[0]?.children === 2);
    const answer = await pool.infer(request, LONG);
    const twin = shipped?.twin.score(input);
    if (!answer.ok || twin?.ok !== true) throw new Error('both answer');
    expect(answer.value).toMatchObject({ runtime: 'onnxruntime', evaluable: true });
    expect(twin.value.runtime).toBe('typescript');
    expect(answer.value.probability).toBeCloseTo(twin.value.probability ?? Number.NaN, 5);
    expect({ ...answer.value, probability: 0, total: 0, lowerBound: 0, runtime: '' }).toEqual({
      ...{ ...twin.value, probability: 0, total: 0, lowerBound: 0, runtime: '' },
    });
  });

  it('is not loaded by the only child that serves: a score never waits for a load', async () => {
    const pool = poolOf([broken('hang')]);
    await until(() => pool.status().children.some(({ state }) => state === 'loading'));
    for (let i = 0; i < 5; i++) {
      expect(await pool.infer(phq9(`during-${i}`), LONG)).toMatchObject({ ok: true });
    }
    expect(await pool.infer({ ...request, model: broken('').model }, LONG)).toMatchObject({
      error: { kind: 'model-cold' },
    });
  });

  it('that kills its child twice is left alone, and the others are answered', async () => {
    const pool = poolOf([broken('crash'), ...(shipped === undefined ? [] : [shipped])]);
    await until(() => (pool.status().models[0]?.why ?? null) !== null);
    expect(await pool.infer({ ...request, model: broken('').model }, LONG)).toMatchObject({
      error: { kind: 'model-unknown' },
    });
    await until(() => (pool.status().models[1]?.children ?? 0) > 0);
    expect(await pool.infer(request, LONG)).toMatchObject({ ok: true });
    expect(pool.status().deaths).toBe(2);
  });

  it('that no folder holds is refused with the reason, and asked for no more', async () => {
    const pool = poolOf([broken('/nowhere/at/all')]);
    await until(() => (pool.status().models[0]?.why ?? null) !== null);
    expect(pool.status().models[0]?.why).toContain('ENOENT');
    expect(pool.status().deaths).toBe(0);
  });

  it('may be added while the pool runs', async () => {
    const pool = poolOf([]);
    await pool.infer(phq9('first'), LONG);
    const folder = modelFolders(SHIPPED_MODELS).find((each) => each.includes('24h/')) ?? '';
    pool.hold({ model, folder });
    await until(() => (pool.status().models[0]?.children ?? 0) > 0);
    expect(await pool.infer(request, LONG)).toMatchObject({ ok: true });
  });

  it('has a spare that starts when the others are ready, so that a death leaves as many', async () => {
    const pool = poolOf(shipped === undefined ? [] : [shipped], { spares: 1 });
    await until(() => pool.status().models[0]?.children === 3);
    const [first] = pool.status().children;
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await until(() => pool.status().deaths === 1);
    expect(pool.status().models[0]?.children).toBe(2);
    expect(await pool.infer(request, LONG)).toMatchObject({ ok: true });
  });
});
