export { demoPopulation } from './demo-population.ts';
export { PERSONAS } from './personas.ts';
