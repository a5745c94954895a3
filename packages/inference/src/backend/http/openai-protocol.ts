import { err, ok, type Result } from '@holdfast/kernel';
import type { Tier } from '../../clinical/tier.ts';
import { element, listElement, textElement } from '../../fhir-reading.ts';
import type { ScoreOutput } from '../../scores/score-output.ts';
import { type ModelReference, modelKey } from '../../scores/scorer-registry.ts';
import type { BackendFailure } from '../inference-backend.ts';
import type { HttpAnswer, HttpRequest, WireProtocol } from './http-backend.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** A question that a language model answers in JSON, and how its answer becomes an output. */
export interface ChatModel {
  readonly model: ModelReference;
  /** By which the server knows it. */
  readonly name: string;
  /** Error: what is wrong with the input. */
  messages(input: unknown): Result<readonly ChatMessage[], string>;
  /** Error: the content is not what was asked for. */
  read(content: unknown): Result<ScoreOutput, string>;
  readonly tokensMax: number;
}

export interface OpenAiOptions {
  /** Of the server, without `/v1`. */
  readonly url: string;
  readonly models: readonly ChatModel[];
  /** Only for a vLLM that was started with priority scheduling: another one refuses the field. */
  readonly priority?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const failed = (text: string): BackendFailure => ({ kind: 'scorer-failed', text });

/** Chat completions as OpenAI, vLLM, llama.cpp and Ollama speak them; answers are JSON, temperature 0. */
export function openAiProtocol(options: OpenAiOptions): WireProtocol {
  const known = (model: ModelReference): ChatModel | undefined =>
    options.models.find((each) => modelKey(each.model) === modelKey(model));
  return {
    request(asked) {
      const model = known(asked.model);
      if (model === undefined) return err({ kind: 'model-unknown' });
      const messages = model.messages(asked.input);
      if (!messages.ok) return err(failed(messages.error));
      const body = {
        ...{ model: model.name, messages: messages.value, stream: false, temperature: 0, seed: 1 },
        ...{ max_tokens: model.tokensMax, response_format: { type: 'json_object' } },
        ...priorityOf(options, asked.tier),
      };
      return ok(post(options, 'chat/completions', body));
    },
    answer(asked, { body }) {
      const model = known(asked.model);
      if (model === undefined) return err({ kind: 'model-unknown' });
      if (textElement(body, 'model') !== model.name) return err(failed('another model answered'));
      const [choice] = listElement(body, 'choices');
      if (textElement(choice, 'finish_reason') !== 'stop') {
        return err(failed('the answer was cut short'));
      }
      const content = textElement(element(choice, 'message'), 'content');
      if (content === undefined) return err(failed('the answer has no content'));
      let given: unknown;
      try {
        given = JSON.parse(content);
      } catch {
        return err(failed('the content is no JSON'));
      }
      const output = model.read(given);
      return output.ok ? output : err(failed(output.error));
    },
  };
}

/** Lower is earlier there; without the scheduler for it the field is an error. */
function priorityOf({ priority }: OpenAiOptions, tier: Tier | undefined): object {
  return priority === true && tier !== undefined ? { priority: tier } : {};
}

function post(options: OpenAiOptions, path: string, body: object): HttpRequest {
  return {
    url: `${options.url}/v1/${path}`,
    body: JSON.stringify(body),
    headers: { ...options.headers, 'content-type': 'application/json' },
  };
}

/** What embeds texts: the request, and how its answer is read. */
export function embeddings(
  options: Pick<OpenAiOptions, 'url' | 'headers'>,
  asked: { readonly name: string; readonly texts: readonly string[] },
): {
  readonly request: HttpRequest;
  readonly read: (answer: HttpAnswer) => Result<readonly Float32Array[], BackendFailure>;
} {
  const body = { model: asked.name, input: asked.texts, encoding_format: 'float' };
  return {
    request: post({ ...options, models: [] }, 'embeddings', body),
    read({ body: answer }) {
      if (textElement(answer, 'model') !== asked.name) return err(failed('another model answered'));
      const vectors = new Map<number, Float32Array>();
      for (const each of listElement(answer, 'data')) {
        const values = listElement(each, 'embedding').filter((v) => typeof v === 'number');
        vectors.set(Number(element(each, 'index')), Float32Array.from(values));
      }
      const inOrder = asked.texts.map((_, i) => vectors.get(i) ?? new Float32Array());
      const width = inOrder[0]?.length ?? 0;
      const isWhole = width > 0 && inOrder.every((vector) => vector.length === width);
      return isWhole ? ok(inOrder) : err(failed('not one vector a text'));
    },
  };
}
