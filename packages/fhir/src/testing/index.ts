export { oracleEntries } from './search-oracle/oracle-entries.ts';
export { compareValues, OracleWorld } from './search-oracle/oracle-world.ts';
export { type RandomSearch, RandomSearches } from './search-oracle/random-search.ts';
export type { Draws } from './search-oracle/sample-values.ts';
export {
  hasSharedData,
  publishedExamples,
  resourcesOf,
  syntheaBundles,
  usCoreCapabilities,
} from './shared-data.ts';
