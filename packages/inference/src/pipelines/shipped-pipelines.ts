import { criticalValuesPipeline } from './critical-values-pipeline.ts';
import { deteriorationPipeline } from './deterioration-pipeline.ts';
import { news2Pipeline } from './news2-pipeline.ts';
import { phq9Pipeline } from './phq9-pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { qsofaPipeline } from './qsofa-pipeline.ts';
import { auditCPipeline, cSsrsPipeline, gad7Pipeline } from './screening-pipelines.ts';

/** Every score that ships, each run when what it reads is stored. */
export const shippedPipelines: readonly Pipeline[] = [
  criticalValuesPipeline,
  cSsrsPipeline,
  phq9Pipeline,
  gad7Pipeline,
  auditCPipeline,
  news2Pipeline({ sinceHours: 1 }),
  qsofaPipeline,
  deteriorationPipeline,
];
