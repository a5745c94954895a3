export { demoPopulation } from './demo-population.ts';
export { IMPORTER, PERSONAS } from './personas.ts';
