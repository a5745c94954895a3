import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { JsonValue } from '../json.ts';
import type { Resource } from '../resource.ts';

const root = new URL('../../../../../shared/data/', import.meta.url);

/** True where the test data stands beside the repository; in CI it must. */
export function hasSharedData(): boolean {
  if (existsSync(root)) return true;
  if (process.env['CI'] !== undefined)
    throw new Error(`CI needs the test data in ${root.pathname}`);
  console.log('skipped: no test data in ../shared/data beside the repository');
  return false;
}

/** Empty where there is no test data: the bodies of skipped suites run too. */
function filesOf(folder: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(new URL(folder, root)).filter((name) => name.endsWith('.gz'));
}

const unzipped = (name: string): string =>
  gunzipSync(readFileSync(new URL(name, root))).toString('utf8');

/** Published examples: the R4 specification, US Core, Subscriptions Backport, BALP, PCF. */
export function publishedExamples(): Resource[] {
  return filesOf('fhir-examples/').flatMap((file) =>
    unzipped(`fhir-examples/${file}`)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Resource),
  );
}

/** Synthea transaction bundles, one a patient. */
export function syntheaBundles(): Resource[] {
  return filesOf('synthea/').map((file) => JSON.parse(unzipped(`synthea/${file}`)) as Resource);
}

/** The resources of a bundle's entries. */
export const resourcesOf = (bundle: Resource): Resource[] =>
  (bundle['entry'] as unknown as { resource: Resource }[]).map(({ resource }) => resource);

/** US Core's CapabilityStatement for servers. */
export function usCoreCapabilities(): Resource {
  const name = 'fhir-vectors/us-core-9.0.0-CapabilityStatement-server.json.gz';
  if (!existsSync(root)) return { resourceType: 'CapabilityStatement', rest: [] };
  return JSON.parse(unzipped(name)) as Resource;
}

export interface ValidationCase {
  readonly name: string;
  readonly text: string;
  /** Counts and issues of HL7's validator. */
  readonly java: { readonly fatal: number; readonly error: number };
}

/** HL7's validation test cases without profiles. */
export function validationCases(): ValidationCase[] {
  if (!existsSync(root)) return [];
  return unzipped('fhir-vectors/validation-r4-base-odd.ndjson.gz')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ValidationCase);
}

export interface JsonPatchCase {
  readonly comment?: string;
  readonly doc: JsonValue;
  readonly patch: JsonValue;
  readonly expected?: JsonValue;
  /** Why it must fail; absent where it must not. */
  readonly error?: string;
}

/** The cases of RFC 6902's appendix and section 4, as the JSON Patch test suite writes them. */
export function jsonPatchCases(): JsonPatchCase[] {
  if (!existsSync(root)) return [];
  return JSON.parse(
    unzipped('fhir-vectors/r4__patch__json-patch-tests.json.gz'),
  ) as JsonPatchCase[];
}

export interface FhirPathCase {
  readonly group: string;
  readonly name: string;
  readonly inputfile?: string;
  readonly expression: string;
  readonly invalid?: 'syntax' | 'semantic' | 'execution';
  readonly mode?: 'strict';
  readonly predicate?: 'true' | 'false';
  readonly version?: string;
  readonly outputs: readonly { readonly type?: string; readonly value?: string }[];
}

/** HL7's FHIRPath cases for R4, with the resources they run on by file name. */
export function fhirPathCases(): {
  readonly cases: readonly FhirPathCase[];
  readonly inputs: ReadonlyMap<string, Resource>;
} {
  const inputs = lines('fhir-vectors/fhirpath-r4-inputs.ndjson.gz') as {
    file: string;
    resource: Resource;
  }[];
  return {
    cases: lines('fhir-vectors/fhirpath-r4-tests.ndjson.gz') as FhirPathCase[],
    inputs: new Map(inputs.map(({ file, resource }) => [file, resource])),
  };
}

export interface FhirPathPatchCase {
  readonly name: string;
  readonly input: Resource;
  readonly diff: Resource;
  /** Absent where the patch must be refused. */
  readonly output?: Resource;
}

export const fhirPathPatchCases = (): readonly FhirPathPatchCase[] =>
  lines('fhir-vectors/fhirpath-patch-r4.ndjson.gz') as FhirPathPatchCase[];

function lines(name: string): unknown[] {
  if (!existsSync(root)) return [];
  return unzipped(name)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
