export { DENY_CONSENT_ID } from './consents.ts';
export { type DemoOptions, demoPopulation } from './demo-population.ts';
export { IMPORTER, PERSONAS } from './personas.ts';
export type { DemoResource, DemoTransaction } from './transaction.ts';
