// Goal: each rung of the ladder answers under its own name, and in order. Method: the shipped model
// with its back end failing in every way, and rungs taken away one by one.
import { describe, expect, it } from 'vitest';
import type { BackendFailure, InferenceBackend } from '../backend/inference-backend.ts';
import { readModels } from '../files/shipped-models.ts';
import { deteriorationPipeline } from '../pipelines/deterioration-pipeline.ts';
import { registryOf, scorerRegistry } from '../scores/scorer-registry.ts';
import { InferenceOrchestrator } from './inference-orchestrator.ts';
import { phq9Job } from './testing/jobs.ts';

const input = {
  ...{ age: 71, saturationScale: 1, respiration: 24, saturation: 91, oxygen: true },
  ...{ systolic: 98, pulse: 118, consciousness: 'A', temperature: 38.6, absent: {} },
  earlier: { respiration: 17, saturation: 96, systolic: 124, pulse: 84, temperature: 37 },
  laboratory: { lactate: 3.4, creatinine: null, leucocytes: 16 },
};

const { model, lower = [], fallback } = deteriorationPipeline;

function failing(error: BackendFailure): InferenceBackend {
  return {
    component: 'failing',
    infer: async () => ({ ok: false, error }),
    onFailure: () => () => undefined,
    onRecovered: () => () => undefined,
  };
}

async function answered(error: BackendFailure, without: readonly string[] = []) {
  const twins = readModels().models.map(({ twin }) => twin);
  const scorers = registryOf(
    [...scorerRegistry.values(), ...twins].filter((each) => !without.includes(each.model.id)),
  );
  const backend = failing(error);
  const orchestrator = new InferenceOrchestrator({ backend, scorers, onReport: () => undefined });
  const job = phq9Job('ladder', { model, lower, fallback, input });
  const record = await orchestrator.submit(job);
  orchestrator.stop();
  return record;
}

describe('the ladder of a model', () => {
  it.each<BackendFailure>([
    { kind: 'model-cold' },
    { kind: 'breaker-open' },
    { kind: 'exited', code: null, signal: 'SIGKILL' },
    { kind: 'scorer-failed', text: 'x' },
  ])('answers by the twin under the model’s name after $kind', async (error) => {
    const record = await answered(error);
    expect(record).toMatchObject({
      ...{ outcome: 'answered', rung: 'twin', degraded: true, model },
      reason: `backend-${error.kind}`,
      output: { score: 'deterioration-24h@1', runtime: 'typescript' },
    });
    expect(record.artifactSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('answers by the cheaper model under its own name and bands where the model is gone', async () => {
    const record = await answered({ kind: 'model-unknown' }, ['deterioration-24h']);
    expect(record).toMatchObject({
      ...{ rung: 'variant', degraded: true, model: { id: 'deterioration-24h-logistic' } },
      output: { score: 'deterioration-24h-logistic@1' },
    });
  });

  it('ends at NEWS2, which has no probability and claims none', async () => {
    const gone = ['deterioration-24h', 'deterioration-24h-logistic'];
    const record = await answered({ kind: 'model-unknown' }, gone);
    expect(record).toMatchObject({ rung: 'in-process', model: { id: 'news2' }, degraded: true });
    expect(record.output?.probability).toBeUndefined();
    expect(record.attempts.map(({ rung, outcome }) => `${rung} ${outcome}`)).toEqual([
      'backend model-unknown',
      'twin model-unknown',
      'variant model-unknown',
      'in-process answered',
    ]);
  });
});
