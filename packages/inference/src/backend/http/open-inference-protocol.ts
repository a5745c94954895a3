import { err, ok } from '@holdfast/kernel';
import type { Tier } from '../../clinical/tier.ts';
import { listElement, textElement } from '../../fhir-reading.ts';
import { capabilityOf } from '../../models/capabilities.ts';
import { type ModelArtifact, outputOf } from '../../models/loaded-model.ts';
import { type ModelReference, modelKey } from '../../scores/scorer-registry.ts';
import type { BackendFailure } from '../inference-backend.ts';
import type { WireProtocol } from './http-backend.ts';

export interface OpenInferenceOptions {
  /** Of the server, without `/v2`. */
  readonly url: string;
  /** What is known here of the models that run there: names of inputs, bands, what to say with them. */
  readonly models: () => readonly Pick<ModelArtifact, 'manifest'>[];
  /**
   * Whether the server reads tensors in binary (extension `binary_tensor_data`). Without it a missing
   * value, which JSON has no word for, can't be asked about.
   */
  readonly binary: boolean;
  /** Whether it takes `priority` and `timeout` as request parameters (Triton). */
  readonly priority?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const failed = (text: string): BackendFailure => ({ kind: 'scorer-failed', text });

/** Most urgent first there too; 0 would be the default of the server. */
const priorityOf = (tier: Tier): number => tier + 1;

/** KServe's Open Inference Protocol, version 2, over HTTP: Triton, KServe, OpenVINO, MLServer. */
export function openInferenceProtocol(options: OpenInferenceOptions): WireProtocol {
  const known = (model: ModelReference) =>
    options.models().find(({ manifest }) => modelKey(manifest) === modelKey(model));
  return {
    request(asked) {
      const artifact = known(asked.model);
      const capability = artifact === undefined ? undefined : capabilityOf(artifact.manifest);
      if (capability === undefined) return err({ kind: 'model-unknown' });
      const vector = capability.vector(asked.input);
      if (!vector.ok) return err(failed(vector.error));
      const { id, version } = asked.model;
      const url = `${options.url}/v2/models/${encodeURIComponent(id)}/versions/${encodeURIComponent(version)}/infer`;
      const head = {
        id: asked.id,
        outputs: [{ name: 'probability' }],
        ...(options.priority === true && asked.tier !== undefined
          ? { parameters: { priority: priorityOf(asked.tier) } }
          : {}),
      };
      return encoded({ head, vector: vector.value, url, options });
    },
    answer(asked, { body }) {
      const artifact = known(asked.model);
      const capability = artifact === undefined ? undefined : capabilityOf(artifact.manifest);
      if (artifact === undefined || capability === undefined) return err({ kind: 'model-unknown' });
      const name = textElement(body, 'model_name');
      const version = textElement(body, 'model_version') ?? asked.model.version;
      if (name !== asked.model.id || version !== asked.model.version) {
        return err(failed('another model or version answered'));
      }
      const id = textElement(body, 'id');
      if (id !== undefined && id !== '' && id !== asked.id)
        return err(failed('the answer is another’s'));
      const output = listElement(body, 'outputs').find(
        (each) => textElement(each, 'name') === 'probability',
      );
      const [probability, ...more] = listElement(output, 'data');
      const elements = listElement(output, 'shape').reduce<number>((n, d) => n * Number(d), 1);
      const isFloat = ['FP32', 'FP64', 'FP16'].includes(textElement(output, 'datatype') ?? '');
      if (typeof probability !== 'number' || more.length > 0 || elements !== 1 || !isFloat) {
        return err(failed('the tensor is not one probability'));
      }
      const { input } = asked;
      return ok(outputOf(artifact, { capability, input, probability, runtime: 'remote' }));
    },
  };
}

interface Encoding {
  readonly head: object;
  readonly vector: Float32Array;
  readonly url: string;
  readonly options: OpenInferenceOptions;
}

function encoded({ head, vector, url, options }: Encoding): ReturnType<WireProtocol['request']> {
  const input = { name: 'features', shape: [1, vector.length], datatype: 'FP32' };
  if (!options.binary) {
    if (vector.some(Number.isNaN)) return err(failed('the server takes no missing values'));
    const body = JSON.stringify({ ...head, inputs: [{ ...input, data: [...vector] }] });
    return ok({ url, body, headers: { ...options.headers, 'content-type': 'application/json' } });
  }
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [i, value] of vector.entries()) bytes.setFloat32(i * 4, value, true);
  const parameters = { binary_data_size: bytes.byteLength };
  const json = new TextEncoder().encode(
    JSON.stringify({ ...head, inputs: [{ ...input, parameters }] }),
  );
  const body = new Uint8Array(json.length + bytes.byteLength);
  body.set(json);
  body.set(new Uint8Array(bytes.buffer), json.length);
  const headers = {
    ...options.headers,
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(json.length),
  };
  return ok({ url, body, headers });
}

/** Whether a server says that it reads binary tensors: the answer to `GET /v2`. */
export function readsBinary(metadata: unknown): boolean {
  return listElement(metadata, 'extensions').includes('binary_tensor_data');
}
