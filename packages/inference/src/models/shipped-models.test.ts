import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { modelFolders, readModelFolder, SHIPPED_MODELS } from '../files/model-folder.ts';
import { readModels } from '../files/shipped-models.ts';
import { loadOnnxModel, loadOnnxRuntime } from '../onnx/onnx-model.ts';
import { type ModelArtifact, TWIN_TOLERANCE, vectorOf } from './loaded-model.ts';
import { probabilityOf } from './weights.ts';

const room = mkdtempSync(join(tmpdir(), 'holdfast-models-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

function artifactOf(folder: string): ModelArtifact {
  const artifact = readModelFolder(folder);
  if (!artifact.ok) throw new Error(artifact.error);
  return artifact.value;
}

const shipped = modelFolders(SHIPPED_MODELS).map(
  (folder) => [folder.split('/').slice(-2).join('@'), folder] as const,
);

/** Vectors around the golden ones and far from them, some values missing. */
function vectorsNear(artifact: ModelArtifact): Float32Array[] {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return artifact.golden.flatMap((each) =>
    Array.from({ length: 20 }, () =>
      vectorOf(each).map((value) => {
        if (next() < 0.1) return Number.NaN;
        return next() < 0.1 ? value * 10 * (next() - 0.5) : value * (0.8 + 0.4 * next());
      }),
    ),
  );
}

describe('the shipped models', () => {
  it('are all readable, and run here', () => {
    const { models, faults } = readModels();
    expect(faults).toEqual([]);
    expect(models.map(({ model }) => `${model.id}@${model.version}`)).toEqual(
      shipped.map(([name]) => name),
    );
  });

  it.each(shipped)('%s answers in ONNX Runtime as its twin does, to 1e-5', async (_, folder) => {
    const artifact = artifactOf(folder);
    const runtime = await loadOnnxRuntime();
    if (!runtime.ok) throw new Error(runtime.error);
    const model = await loadOnnxModel(runtime.value, artifact);
    if (!model.ok) throw new Error(model.error);
    const vectors = vectorsNear(artifact);
    const answers = await model.value.run(vectors);
    if (!answers.ok) throw new Error(answers.error);
    const worst = vectors.map((vector, i) =>
      Math.abs(probabilityOf(artifact.weights, vector) - (answers.value[i] ?? Number.NaN)),
    );
    expect(Math.max(...worst)).toBeLessThanOrEqual(TWIN_TOLERANCE);
    await model.value.release();
  });

  it.each(shipped)('%s beat the deterministic score on every seed it had not seen', (_, folder) => {
    const card = artifactOf(folder).card as {
      readonly evaluations: readonly { readonly gain: { readonly low: number } }[];
      readonly sourceAttributes: readonly unknown[];
    };
    expect(card.evaluations.length).toBeGreaterThanOrEqual(3);
    for (const { gain } of card.evaluations) expect(gain.low).toBeGreaterThan(0);
    expect(card.sourceAttributes).toHaveLength(31);
  });

  it('says that it is not for care in its manifest', () => {
    for (const [, folder] of shipped) {
      expect(artifactOf(folder).manifest.statement).toContain('Not for care');
    }
  });
});

describe('a model folder', () => {
  const copyOf = (name: string): string => {
    const from = shipped[0]?.[1] ?? '';
    const to = join(room, name);
    mkdirSync(to);
    for (const file of readdirSync(from)) copyFileSync(join(from, file), join(to, file));
    return to;
  };

  it.each(['model.onnx', 'weights.json', 'card.json', 'golden.json'])(
    'with another %s than its manifest names is refused by name',
    (file) => {
      const folder = copyOf(`changed-${file}`);
      writeFileSync(join(folder, file), 'something else');
      expect(readModelFolder(folder)).toEqual({
        ok: false,
        error: `${file}: not the file that manifest.json names`,
      });
    },
  );

  it('reaches for no file outside of itself', () => {
    const folder = copyOf('reaching');
    const manifest = { ...artifactOf(folder).manifest };
    const files = { ...manifest.files, onnx: { ...manifest.files.onnx, name: '../x.onnx' } };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files }));
    expect(readModelFolder(folder)).toMatchObject({
      ok: false,
      error: expect.stringContaining('files.onnx.name') as string,
    });
  });
});
