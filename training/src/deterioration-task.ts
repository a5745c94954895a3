import { FEATURE_SET } from '@holdfast/inference/models';
import type { TrainingTask } from './task.ts';
import { wardTable } from './ward-table.ts';

export const DETERIORATION_TASK: TrainingTask = {
  capability: 'deterioration-24h',
  featureSet: FEATURE_SET,
  imdrf: 'II',
  baseline: 'NEWS2',
  table: wardTable,
  shares: { high: 0.03, moderate: 0.15 },
  words: {
    output:
      'Probability of arrest, transfer to intensive care or death within 24 hours of a round of vital signs.',
    intendedUse:
      'To show, beside NEWS2, what a trained model says of the same round; a demonstration of how models are run, recorded and watched.',
    patients:
      'Adults of 18 years and over with at least four of five vital signs in the last hour.',
    users: 'Developers and evaluators of this software.',
    outOfScope:
      'Any use in care. Children, pregnancy, palliative care, patients in intensive care, and everybody who is not synthetic.',
    risks:
      'The data was made by a program whose rates, courses and relations are of no hospital: what the model finds in it holds for that program only.',
    inclusion:
      'Every other round of synthetic stays of adults of two to seven days whose next 24 hours are known; rounds with fewer than four vital signs are left out.',
    demographics:
      'Age is an input. Sex, origin and place are not; they are compared in the evaluation.',
  },
};
