import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { err, ok, type Result } from '@holdfast/kernel';
import { listElement, numberElement } from '../fhir-reading.ts';
import type { GoldenCase, ModelArtifact } from '../models/loaded-model.ts';
import { MODEL_FILES, readManifest } from '../models/model-manifest.ts';
import type { Weights } from '../models/weights.ts';

export const MANIFEST = 'manifest.json';
/** No model that a child should hold is larger. Bytes. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Where the models lie that come with this package: source and build have the same parent. */
export const SHIPPED_MODELS = fileURLToPath(new URL('../../models', import.meta.url));

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Reads a model version and checks every hash that its manifest names. Error: which file is wrong
 * and how; what it says is for an operator.
 */
export function readModelFolder(folder: string): Result<ModelArtifact, string> {
  try {
    const bytes = readFileSync(join(folder, MANIFEST));
    const manifest = readManifest(JSON.parse(bytes.toString('utf8')));
    if (!manifest.ok) return err(`${MANIFEST}: ${manifest.error}`);
    const contents = new Map<string, Buffer>();
    for (const file of MODEL_FILES) {
      const { name, sha256 } = manifest.value.files[file];
      const content = readFileSync(join(folder, name));
      if (content.length > FILE_BYTES_MAX)
        return err(`${name}: larger than ${FILE_BYTES_MAX} bytes`);
      if (hashOf(content) !== sha256) return err(`${name}: not the file that ${MANIFEST} names`);
      contents.set(file, content);
    }
    const json = (file: string): unknown => JSON.parse(contents.get(file)?.toString('utf8') ?? '');
    return ok({
      manifest: manifest.value,
      sha256: hashOf(bytes),
      // Its shape is what `checkArtifact` asks about before anything runs it.
      weights: json('weights') as Weights,
      golden: goldenOf(json('golden')),
      onnx: contents.get('onnx') ?? new Uint8Array(),
      card: json('card'),
    });
  } catch (error) {
    return err(error instanceof Error ? error.message : 'unreadable');
  }
}

function goldenOf(given: unknown): GoldenCase[] {
  return listElement(given, 'cases').map((each) => ({
    vector: listElement(each, 'vector').map((value) => (typeof value === 'number' ? value : null)),
    probability: numberElement(each, 'probability') ?? Number.NaN,
  }));
}

/** Folders of the models below a folder, as `id/version`; in order of their names. */
export function modelFolders(root: string): readonly string[] {
  const below = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name))
      .toSorted();
  return below(root).flatMap(below);
}
