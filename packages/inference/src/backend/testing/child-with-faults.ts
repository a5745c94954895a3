import { ok } from '@holdfast/kernel';
import { loadResidentModel } from '../../onnx/resident-model.ts';
import { registryOf, type Scorer, scorerRegistry } from '../../scores/scorer-registry.ts';
import { serveScorers } from '../serve-scorers.ts';

function fault(id: string, score: Scorer['score']): Scorer {
  return { model: { id, version: '1' }, artifactSha256: '', score };
}

const output = {
  score: 'fault@1',
  evaluable: true,
  total: 0,
  lowerBound: 0,
  band: 'none',
  parts: [],
  flags: [],
  signals: [],
};

/** The shipped scorers, some that fail as real models do, and folders whose load does. */
serveScorers(
  registryOf([
    ...scorerRegistry.values(),
    // Accepts and never answers, with the event loop blocked as by native code.
    fault('hang', () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return ok(output);
    }),
    fault('crash', () => process.exit(7)),
    fault('throw', () => {
      throw new RangeError('with the input 42 in it');
    }),
    fault('nan', () => ok({ ...output, lowerBound: Number.NaN })),
  ]),
  (folder) => {
    if (folder === 'crash') process.exit(9);
    if (folder === 'hang') return new Promise(() => undefined);
    return loadResidentModel(folder);
  },
);
