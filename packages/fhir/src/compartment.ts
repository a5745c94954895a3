import { definitions } from './definitions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { parseReference } from './reference.ts';
import type { Resource } from './resource.ts';
import type { ResourceType } from './resource-types.ts';
import type { CompartmentType } from './search/search-criterion.ts';
import { compiledParametersOf } from './search/search-parameters.ts';
import { compileVisit } from './search/selector.ts';

/** Patients a resource names, by logical id, through the parameters of the Patient compartment. */
export interface CompartmentPatients {
  /**
   * In whose compartment it lies: a Patient's own id, else subject or patient, else the first
   * named.
   */
  readonly owner: string | null;
  /** The other patients named, each once, in the order of the compartment's parameters. */
  readonly others: readonly string[];
}

type Collect = (resource: JsonObject, ids: Set<string>) => void;

const FIRST = ['subject', 'patient'];
const NOBODY: CompartmentPatients = { owner: null, others: [] };
const collectors = new Map<ResourceType, readonly Collect[]>();

/**
 * https://hl7.org/fhir/R4/compartmentdefinition-patient.html. Only references into this server
 * count:
 * a transaction's `urn:uuid:` references are rewritten before this is asked.
 */
export function compartmentPatients(resource: Resource): CompartmentPatients {
  const collect = collectorsOf(resource.resourceType);
  const ids = new Set<string>();
  if (resource.resourceType === 'Patient' && resource.id !== undefined) ids.add(resource.id);
  for (const visit of collect) visit(resource, ids);
  if (ids.size === 0) return NOBODY;
  const [owner = null, ...others] = ids;
  return { owner, others };
}

/**
 * The search parameters that put a type into a compartment (of a Patient unless said otherwise),
 * owner first; empty if none do. A compartment's own resource lies in it too.
 */
export function compartmentParameters(
  type: ResourceType,
  compartment: CompartmentType = 'Patient',
): readonly string[] {
  const params = definitions().compartments[compartment]?.[type] ?? [];
  const rank = (param: string) => (FIRST.indexOf(param) + FIRST.length + 1) % (FIRST.length + 1);
  return [...params].sort((a, b) => rank(a) - rank(b));
}

function collectorsOf(type: ResourceType): readonly Collect[] {
  let made = collectors.get(type);
  if (made === undefined) {
    made = compartmentParameters(type).flatMap((param) =>
      (compiledParametersOf(type).supported.get(param)?.selectors ?? [])
        .filter((selector) => selector.type === 'Reference')
        .map((selector) => compileVisit<Set<string>>(selector.steps, addPatient)),
    );
    collectors.set(type, made);
  }
  return made;
}

function addPatient(value: JsonValue, ids: Set<string>): void {
  if (!isJsonObject(value)) return;
  const { reference } = value;
  if (typeof reference !== 'string') return;
  const target = parseReference(reference);
  if (target.kind === 'local' && target.type === 'Patient') ids.add(target.id);
}
