import { err, ok, type Result } from '@holdfast/kernel';
import { element, listElement, numberElement, textElement } from '../fhir-reading.ts';

export const MODEL_FILES = ['onnx', 'weights', 'card', 'golden'] as const;
export type ModelFile = (typeof MODEL_FILES)[number];

/** The bands that a probability falls into, from the lowest; each begins at `from`. */
export interface RiskBand {
  readonly from: number;
  readonly name: 'low' | 'moderate' | 'high';
}

/** What a model version is made of and for what. It names the hash of every other file. */
export interface ModelManifest {
  readonly id: string;
  readonly version: string;
  /** What it answers; its code reads inputs and names outputs. */
  readonly capability: string;
  /** Meaning and order of the inputs; another set is another model. */
  readonly featureSet: string;
  /** Thresholds belong to the version: those of another never apply. */
  readonly bands: readonly RiskBand[];
  /** IMDRF SaMD category (N12): I to IV. */
  readonly imdrf: 'I' | 'II' | 'III' | 'IV';
  /** Stands in every output, e.g. that the model is not for care. */
  readonly statement: string;
  readonly files: Readonly<Record<ModelFile, { readonly name: string; readonly sha256: string }>>;
}

const SHA256 = /^[0-9a-f]{64}$/;
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.-]{0,30}$/;
/** No folder and nothing hidden: a manifest reaches for nothing outside of its own folder. */
const FILE_NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** Error: the field that is wrong and what it has to be. */
export function readManifest(given: unknown): Result<ModelManifest, string> {
  const id = textElement(given, 'id') ?? '';
  const version = textElement(given, 'version') ?? '';
  const capability = textElement(given, 'capability') ?? '';
  const featureSet = textElement(given, 'featureSet') ?? '';
  const imdrf = textElement(given, 'imdrf');
  const statement = textElement(given, 'statement') ?? '';
  if (!NAME.test(id)) return err('id: up to 63 small letters, digits and hyphens');
  if (!VERSION.test(version)) return err('version: up to 31 letters, digits, dots and hyphens');
  if (!NAME.test(capability)) return err('capability: the name of what it answers');
  if (featureSet === '') return err('featureSet: which inputs in which order');
  if (imdrf !== 'I' && imdrf !== 'II' && imdrf !== 'III' && imdrf !== 'IV') {
    return err('imdrf: I, II, III or IV');
  }
  if (statement === '') return err('statement: what every output has to say');
  const bands = readBands(listElement(given, 'bands'));
  if (!bands.ok) return bands;
  const files = readFiles(element(given, 'files'));
  if (!files.ok) return files;
  const named = { id, version, capability, featureSet, statement };
  return ok({ ...named, imdrf, bands: bands.value, files: files.value });
}

function readBands(given: readonly unknown[]): Result<readonly RiskBand[], string> {
  const bands: RiskBand[] = [];
  for (const each of given) {
    const name = textElement(each, 'name');
    const from = numberElement(each, 'from');
    if (name !== 'low' && name !== 'moderate' && name !== 'high') {
      return err('bands.name: low, moderate or high');
    }
    const above = bands.at(-1)?.from ?? -1;
    if (from === undefined || from <= above || from >= 1) {
      return err('bands.from: rising probabilities below 1');
    }
    bands.push({ name, from });
  }
  return bands[0]?.from === 0 ? ok(bands) : err('bands: the first one begins at 0');
}

function readFiles(given: unknown): Result<ModelManifest['files'], string> {
  const read = MODEL_FILES.map((file) => {
    const node = element(given, file);
    return [file, textElement(node, 'name') ?? '', textElement(node, 'sha256') ?? ''] as const;
  });
  for (const [file, name, sha256] of read) {
    if (!FILE_NAME.test(name)) return err(`files.${file}.name: a file of the model's own folder`);
    if (!SHA256.test(sha256)) return err(`files.${file}.sha256: 64 hexadecimal digits`);
  }
  const entries = read.map(([file, name, sha256]) => [file, { name, sha256 }]);
  // One entry for each of MODEL_FILES.
  return ok(Object.fromEntries(entries) as unknown as ModelManifest['files']);
}

export function bandOfProbability(bands: readonly RiskBand[], probability: number): RiskBand {
  const reached = bands.filter(({ from }) => probability >= from);
  return reached.at(-1) ?? { from: 0, name: 'low' };
}
