import { scorerRegistry } from '../scores/scorer-registry.ts';
import { serveScorers } from './serve-scorers.ts';

serveScorers(scorerRegistry);
