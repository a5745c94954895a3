// Goal: model servers behind HTTP keep the contract of a back end whatever they do. Method: the suite
// that all back ends pass, over real servers on loopback that can be told to go wrong.
import { ok, systemClock, systemTimers } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { element, listElement, numberElement, textElement } from '../../fhir-reading.ts';
import { readModels } from '../../files/shipped-models.ts';
import { childPoolLimits } from '../../limits.ts';
import { probabilityOf } from '../../models/weights.ts';
import { InferenceOrchestrator } from '../../orchestrator/inference-orchestrator.ts';
import { phq9Job } from '../../orchestrator/testing/jobs.ts';
import { registryOf, scorerRegistry } from '../../scores/scorer-registry.ts';
import { SplitBackend } from '../split-backend.ts';
import { type BackendFault, type BackendUnderTest, conforms } from '../testing/conformance.ts';
import { type FaultyServer, faultyServer } from '../testing/faulty-server.ts';
import { HttpBackend } from './http-backend.ts';
import { openInferenceProtocol, readsBinary } from './open-inference-protocol.ts';
import { type ChatModel, embeddings, openAiProtocol } from './openai-protocol.ts';
import { callServer } from './server-call.ts';

const FAULTS: readonly BackendFault[] = [
  ...(['slow', 'hang', 'busy-429', 'busy-503'] as const),
  ...(['malformed', 'wrong-version', 'half-closed', 'error-500'] as const),
];
const breaker = { ...childPoolLimits, coolDownMs: 30 };

const shipped = readModels().models.find(({ model }) => model.id === 'deterioration-24h');
if (shipped === undefined) throw new Error('the model comes along');
const { artifact, model, twin } = shipped;

/** With one value missing, or with none. */
const input = (nth: number, lactate: number | null = null) => ({
  ...{ age: 60 + nth, saturationScale: 1, respiration: 24, saturation: 91, oxygen: true },
  ...{ systolic: 98, pulse: 100 + nth, consciousness: 'A', temperature: 38.6, absent: {} },
  earlier: { respiration: 17, saturation: 96, systolic: 124, pulse: 84, temperature: 37 },
  laboratory: { lactate, creatinine: lactate, leucocytes: lactate },
});

/** A server that runs the shipped weights: what Triton does with the shipped ONNX file. */
function modelServer(): Promise<FaultyServer> {
  return faultyServer(
    (path, body, headers) => {
      const found = path.match(/^\/v2\/models\/([^/]+)\/versions\/([^/]+)\/infer$/);
      if (found?.[1] !== model.id || found[2] !== model.version) return { status: 404, body: {} };
      const length = Number(headers['inference-header-content-length'] ?? body.length);
      const asked: unknown = JSON.parse(body.subarray(0, length).toString('utf8'));
      const [tensor] = listElement(asked, 'inputs');
      const raw = body.subarray(length);
      const vector =
        raw.length > 0
          ? Float32Array.from({ length: raw.length / 4 }, (_, i) => raw.readFloatLE(i * 4))
          : Float32Array.from(listElement(tensor, 'data'), Number);
      const data = [probabilityOf(artifact.weights, vector)];
      const output = { name: 'probability', shape: [1, 1], datatype: 'FP32', data };
      const named = { model_name: model.id, model_version: model.version };
      return { status: 200, body: { ...named, id: textElement(asked, 'id'), outputs: [output] } };
    },
    (fault, good) =>
      fault === 'wrong-version'
        ? { ...good, model_version: '7' }
        : {
            ...good,
            outputs: [{ name: 'probability', shape: [1, 2], datatype: 'FP32', data: [0.1, 0.2] }],
          },
  );
}

async function openModelServer(): Promise<BackendUnderTest & { readonly server: FaultyServer }> {
  const server = await modelServer();
  const protocol = openInferenceProtocol({
    ...{ url: server.url, models: () => [artifact], binary: true, priority: true },
  });
  return {
    ...{ server, backend: new HttpBackend({ component: 'triton', protocol, breaker }) },
    fail: server.fail,
    request: (nth) => ({ id: `call-${nth}`, model, input: input(nth), tier: 0 }),
    expected(nth) {
      const answer = twin.score(input(nth));
      const probability = answer.ok ? answer.value.probability : Number.NaN;
      return { score: 'deterioration-24h@1', runtime: 'remote', probability };
    },
    close: server.close,
  };
}

const chat: ChatModel = {
  ...{ model: { id: 'triage', version: '1' }, name: 'small-chat', tokensMax: 32 },
  messages: (given) => ok([{ role: 'user', content: JSON.stringify(given) }]),
  read: (content) => {
    const probability = numberElement(content, 'probability');
    if (probability === undefined) return { ok: false, error: 'no probability' };
    return ok({
      ...{ score: 'triage@1', evaluable: true, total: probability, lowerBound: probability },
      ...{ band: 'low', parts: [], flags: [], signals: [], probability, runtime: 'remote' },
    });
  },
};

async function openChatServer(): Promise<BackendUnderTest & { readonly server: FaultyServer }> {
  const answer = (path: string, body: Buffer) => {
    const asked: unknown = JSON.parse(body.toString('utf8'));
    const name = textElement(asked, 'model');
    if (path === '/v1/embeddings') {
      const data = listElement(asked, 'input').map((text, index) => ({
        ...{ index, embedding: [String(text).length, 1] },
      }));
      return { status: 200, body: { model: name, data: data.toReversed() } };
    }
    if (path !== '/v1/chat/completions') return { status: 404, body: {} };
    const content = textElement(listElement(asked, 'messages')[0], 'content') ?? '{}';
    const nth = Number(element(JSON.parse(content) as unknown, 'nth'));
    const message = { role: 'assistant', content: JSON.stringify({ probability: nth / 100 }) };
    return { status: 200, body: { model: name, choices: [{ message, finish_reason: 'stop' }] } };
  };
  const server = await faultyServer(answer, (fault, good) =>
    fault === 'wrong-version' ? { ...good, model: 'large-chat' } : { ...good, choices: [{}] },
  );
  const protocol = openAiProtocol({ url: server.url, models: [chat] });
  return {
    ...{ server, backend: new HttpBackend({ component: 'vllm', protocol, breaker }) },
    fail: server.fail,
    request: (nth) => ({ id: `call-${nth}`, model: chat.model, input: { nth }, tier: 0 }),
    expected: (nth) => ({ score: 'triage@1', probability: nth / 100 }),
    close: server.close,
  };
}

describe('the Open Inference Protocol', () => {
  conforms(openModelServer, FAULTS);

  it('sends missing values in binary, and the tier as a priority', async () => {
    const { backend, request, server } = await openModelServer();
    await backend.infer(request(1), { deadlineMs: 20_000 });
    const [asked] = server.asked;
    const head: unknown = JSON.parse(
      asked?.body.subarray(0, Number(asked.length)).toString() ?? '',
    );
    expect(head).toMatchObject({ id: 'call-1', parameters: { priority: 1 } });
    await backend.stop();
    await server.close();
  });

  it('asks nothing of a server without binary tensors that JSON has no word for', async () => {
    const server = await modelServer();
    const protocol = openInferenceProtocol({
      url: server.url,
      models: () => [artifact],
      binary: false,
    });
    const backend = new HttpBackend({ component: 'seldon', protocol });
    const asked = (given: object) =>
      backend.infer({ id: 'a', model, input: given }, { deadlineMs: 20_000 });
    expect(await asked(input(1))).toMatchObject({
      error: { kind: 'scorer-failed', text: 'the server takes no missing values' },
    });
    expect(server.asked).toEqual([]);
    expect(await asked(input(1, 2))).toMatchObject({ ok: true });
    expect(server.asked).toHaveLength(1);
    await backend.stop();
    await server.close();
  });

  it('closes the connection of a call that is given up', async () => {
    const { backend, request, server } = await openModelServer();
    server.fail('hang');
    await backend.infer(request(1), { deadlineMs: 200 });
    await expect.poll(() => server.closed()).toBe(1);
    await backend.stop();
    await server.close();
  });

  it('hands on when to come back', async () => {
    const { backend, request, server } = await openModelServer();
    server.fail('busy-503');
    const answer = await backend.infer(request(1), { deadlineMs: 20_000 });
    expect(answer).toEqual({ ok: false, error: { kind: 'saturated', retryAfterMs: 2_000 } });
    await backend.stop();
    await server.close();
  });

  it('reads from the server’s own words whether it takes binary tensors', () => {
    expect(readsBinary({ name: 'triton', extensions: ['binary_tensor_data'] })).toBe(true);
    expect(readsBinary({ name: 'seldon' })).toBe(false);
  });
});

describe('models on a server of their own', () => {
  it('answer in the back end’s rung, and their twin here while the server is away', async () => {
    const { server, backend } = await openModelServer();
    const scores = new HttpBackend({
      component: 'nobody',
      protocol: openAiProtocol({ url: '', models: [] }),
    });
    const isModel = ({ id }: { readonly id: string }) => id === model.id;
    const split = new SplitBackend({ scores, models: backend, isModel });
    const orchestrator = new InferenceOrchestrator({
      backend: split,
      scorers: registryOf([...scorerRegistry.values(), twin]),
      onReport: () => undefined,
    });
    const job = (id: string) =>
      phq9Job(id, {
        ...{ model, fallback: { id: 'news2', version: '1' }, input: input(1) },
        lower: [{ rung: 'twin', model }],
      });
    expect(await orchestrator.submit(job('a'))).toMatchObject({
      ...{ rung: 'backend', degraded: false, output: { runtime: 'remote' } },
    });
    await server.close();
    expect(await orchestrator.submit(job('b'))).toMatchObject({
      ...{ rung: 'twin', degraded: true, reason: 'backend-exited' },
    });
    orchestrator.stop();
    await Promise.all([backend.stop(), scores.stop()]);
  });
});

describe('an OpenAI-compatible server', () => {
  conforms(openChatServer, FAULTS);

  it('gets a priority only where it is known to take one', async () => {
    const { backend, request, server } = await openChatServer();
    await backend.infer(request(1), { deadlineMs: 20_000 });
    const protocol = openAiProtocol({ url: server.url, models: [chat], priority: true });
    const vllm = new HttpBackend({ component: 'vllm', protocol });
    await vllm.infer(request(2), { deadlineMs: 20_000 });
    const bodies = server.asked.map(({ body }) => JSON.parse(body.toString('utf8')) as object);
    expect('priority' in (bodies[0] ?? {})).toBe(false);
    expect(bodies[1]).toMatchObject({ priority: 0, temperature: 0 });
    await Promise.all([backend.stop(), vllm.stop()]);
    await server.close();
  });

  it('embeds texts, each with its own vector whatever the order of the answer', async () => {
    const { server, backend } = await openChatServer();
    const { request, read } = embeddings(
      { url: server.url },
      { name: 'small-embed', texts: ['a', 'four', 'of'] },
    );
    const ports = { timers: systemTimers, clock: systemClock };
    const answer = await callServer(request, { deadlineMs: 20_000 }, ports);
    const vectors = answer.ok ? read(answer.value) : answer;
    expect(vectors.ok && vectors.value.map(([length]) => length)).toEqual([1, 4, 2]);
    expect(read({ body: { model: 'small-embed', data: [] } })).toMatchObject({ ok: false });
    await backend.stop();
    await server.close();
  });
});
