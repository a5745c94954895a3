import { readFileSync } from 'node:fs';
import { fhirFault } from './errors.ts';
import type { JsonObject } from './json.ts';

/** One element of a structure. Keys are short: the file is read at every start. */
export interface ElementRow {
  /** Name as defined, `value[x]` for a choice. */
  readonly n: string;
  /** Least occurrences; absent = 0. */
  readonly m?: number;
  /** Most occurrences; absent = 1, -1 = no limit. */
  readonly x?: number;
  /** Types; absent where `r` stands. */
  readonly t?: readonly string[];
  /** Path of the element whose content this repeats, e.g. `Observation.referenceRange`. */
  readonly r?: string;
  /** Value set of a required binding that can be enumerated. */
  readonly b?: string;
  /** 1 = part of `_summary=true`. */
  readonly s?: 1;
  /** Resource types a Reference may point at; absent where any may be. */
  readonly p?: readonly string[];
  /** 1 = a modifier: the rest may not be understood without it. */
  readonly k?: 1;
}

/** A rule in FHIRPath that every element at its path must meet. */
export interface ConstraintRow {
  /** `obs-6` */
  readonly key: string;
  readonly human: string;
  readonly expression: string;
}

export interface TypeRow {
  readonly kind: 'resource' | 'complex-type';
  /** Elements by the path of what holds them: `Observation`, `Observation.component`. */
  readonly elements: Readonly<Record<string, readonly ElementRow[]>>;
  /** By path of the element itself: `Observation`, `Observation.referenceRange`. */
  readonly constraints: Readonly<Record<string, readonly ConstraintRow[]>>;
}

/** Codes of a value set that can be listed. */
export interface ValueSetRow {
  readonly codes: readonly string[];
  /** Where all codes come from one system. */
  readonly system?: string;
  /** Codes by system, where they come from several. */
  readonly systems?: Readonly<Record<string, readonly string[]>>;
}

export interface SearchRow {
  readonly code: string;
  readonly type: string;
  readonly base: readonly string[];
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly url: string;
  /** Of a composite: definition of each part, and its path from what `expression` yields. */
  readonly parts?: readonly { readonly url: string; readonly path: string }[];
}

export interface Definitions {
  readonly fhirVersion: string;
  readonly types: Readonly<Record<string, TypeRow>>;
  readonly primitives: Readonly<
    Record<string, { readonly regex?: string; readonly maxLength?: number }>
  >;
  readonly valueSets: Readonly<Record<string, ValueSetRow>>;
  readonly search: readonly SearchRow[];
  /** Reference parameters that put a type into a compartment: by compartment, then by type. */
  readonly compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What is read of a ValueSet's or CodeSystem's definition; stored resources have these too. */
export interface TerminologyDefinitions {
  /** By canonical URL without version. */
  readonly valueSets: Readonly<Record<string, JsonObject>>;
  /** Complete ones only. */
  readonly codeSystems: Readonly<Record<string, JsonObject>>;
}

let loaded: Definitions | undefined;
let loadedTerminology: TerminologyDefinitions | undefined;

/**
 * The compacted R4 definitions, read once (about 1 MB).
 * @throws FHIR_DEFINITIONS_MISSING where the build step has not run.
 */
export function definitions(): Definitions {
  loaded ??= read('definitions.json') as Definitions;
  return loaded;
}

/**
 * The value sets and code systems that R4 publishes, read at their first use (about 1 MB).
 * @throws FHIR_DEFINITIONS_MISSING where the build step has not run.
 */
export function terminologyDefinitions(): TerminologyDefinitions {
  loadedTerminology ??= read('terminology.json') as TerminologyDefinitions;
  return loadedTerminology;
}

/** The only input of this package. */
function read(name: string): unknown {
  try {
    return JSON.parse(readFileSync(new URL(`../generated/${name}`, import.meta.url), 'utf8'));
  } catch (cause) {
    throw fhirFault('FHIR_DEFINITIONS_MISSING', { cause });
  }
}
