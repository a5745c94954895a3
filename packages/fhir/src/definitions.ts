import { readFileSync } from 'node:fs';
import { fhirFault } from './errors.ts';

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
  readonly patientCompartment: Readonly<Record<string, readonly string[]>>;
}

let loaded: Definitions | undefined;

/**
 * The compacted R4 definitions, read once (about 1 MB). The only input of this package.
 * @throws FHIR_DEFINITIONS_MISSING where the build step has not run.
 */
export function definitions(): Definitions {
  if (loaded === undefined) {
    try {
      const file = new URL('../generated/definitions.json', import.meta.url);
      loaded = JSON.parse(readFileSync(file, 'utf8')) as Definitions;
    } catch (cause) {
      throw fhirFault('FHIR_DEFINITIONS_MISSING', { cause });
    }
  }
  return loaded;
}
