import { loadResidentModel } from '../onnx/resident-model.ts';
import { scorerRegistry } from '../scores/scorer-registry.ts';
import { serveScorers } from './serve-scorers.ts';

serveScorers(scorerRegistry, loadResidentModel);
