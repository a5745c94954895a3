import type { Account, Population, PopulationResource, Truth } from '@holdfast/population';
import { PATIENTS_A_PRACTICE, practiceOf } from '@holdfast/population';

/** Patients whose files are made together: some 15 MB in memory, whole practices always. */
export const PATIENTS_A_PART = 5 * PATIENTS_A_PRACTICE;
/** Patients of one transaction: some 330 entries, below every limit of a bundle. */
const PATIENTS_A_BUNDLE = 50;

export type Format = 'ndjson' | 'bundles';

/** Patients of one part: from `from` up to and without `to`. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

export interface PartFiles {
  /** Text by file name, in the order in which they are to be loaded. */
  readonly files: ReadonlyMap<string, string>;
  readonly resources: number;
}

/** The files of one part, in memory. */
export function partFiles(population: Population, part: Part, format: Format): PartFiles {
  const shared: PopulationResource[] = part.from === 0 ? [...population.directory()] : [];
  const accounts: Account[] = [];
  for (let number = practiceOf(part.from); number <= practiceOf(part.to - 1); number++) {
    const practice = population.practice(number);
    shared.push(...practice.resources);
    accounts.push(...practice.accounts);
  }
  const records: PopulationResource[][] = [];
  const truths: Truth[] = [];
  for (let index = part.from; index < part.to; index++) {
    const { resources, accounts: own, truth } = population.patient(index);
    records.push([...resources]);
    accounts.push(...own);
    if (truth !== undefined) truths.push(truth);
  }
  const files = new Map(
    format === 'ndjson' ? byType([...shared, ...records.flat()]) : inBundles(shared, records),
  );
  files.set('accounts.ndjson', lines(accounts));
  files.set('duplicates.ndjson', lines(truths));
  return { files, resources: shared.length + records.reduce((sum, { length }) => sum + length, 0) };
}

const lines = (rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function byType(resources: readonly PopulationResource[]): [string, string][] {
  const types = new Map<string, PopulationResource[]>();
  for (const resource of resources) {
    const of = types.get(resource.resourceType);
    if (of === undefined) types.set(resource.resourceType, [resource]);
    else of.push(resource);
  }
  return [...types].map(([type, of]) => [`${type}.ndjson`, lines(of)]);
}

/** What is referred to comes first: the practices by themselves, then patients, each whole. */
function inBundles(
  shared: readonly PopulationResource[],
  records: readonly (readonly PopulationResource[])[],
): [string, string][] {
  const files: [string, string][] = [['1-practices.json', transaction(shared)]];
  for (let first = 0; first < records.length; first += PATIENTS_A_BUNDLE) {
    const number = String(first / PATIENTS_A_BUNDLE).padStart(2, '0');
    const of = records.slice(first, first + PATIENTS_A_BUNDLE).flat();
    files.push([`2-patients-${number}.json`, transaction(of)]);
  }
  return files;
}

/** A FHIR transaction Bundle of updates as create: to load it twice is to load it once. */
function transaction(resources: readonly PopulationResource[]): string {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}
