import type { Actor } from '@holdfast/consent';
import {
  type Criterion,
  type ExportAsked,
  expandTerminology,
  parseSearch,
  problemIssue,
  type ResourceType,
} from '@holdfast/fhir';
import { type ExportScope, patientKeysOf, systemsOfCriteria } from '@holdfast/store';
import type { ConditionReading } from './fhir-condition.ts';
import { invalid } from './fhir-exchange.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { terminologyOf } from './terminology-of.ts';

/** An export as it was taken in. */
export interface AskedExport extends Omit<ExportAsked, 'unknown'> {
  readonly requestId: string;
  /** When it was asked for, ms since 1970. */
  readonly until: number;
  /** The kick-off as it was sent, for the manifest. */
  readonly request: string;
  /** Of all, of every patient's data, or of the patients with these ids. */
  readonly of: 'system' | 'patients' | { readonly patients: readonly string[] };
}

/** One file of an export: rows of a type after one position up to another. */
export interface ExportedFile {
  readonly type: ResourceType;
  readonly after: readonly string[] | null;
  /** Null up to the end. */
  readonly upTo: readonly string[] | null;
  /** Resources that could go out when it was counted. */
  readonly count: number;
}

/** Scopes of one export, type by type; whose patients they are is looked up once. */
export async function exportScopes(
  options: FhirRoutesOptions,
  asked: AskedExport,
  actor: Actor,
): Promise<(type: ResourceType) => Promise<ExportScope>> {
  const { pool, dictionary, gates } = options;
  const { tenant } = actor;
  const reader = { db: pool, tenant, gates: gates.gateSource(actor, 'read') };
  const terminology = terminologyOf(options, reader);
  const base = `${options.baseUrl()}${FHIR_BASE}/`;
  const of =
    typeof asked.of === 'string'
      ? asked.of
      : { keys: await patientKeysOf(asked.of.patients, { db: pool, tenant }) };
  return async (type) => {
    const own = asked.filters.filter((filter) => filter.type === type);
    const filters = await Promise.all(
      own.map(({ query }) => filterOf(type, query, { base, terminology })),
    );
    await dictionary.lookUp(filters.flatMap((all) => all.flatMap(systemsOfCriteria)));
    return { type, of, since: asked.since, until: asked.until, filters };
  };
}

/**
 * A `_typeFilter` as criteria. Nothing may be left out of account, as it would widen the export.
 * @throws InvalidBody naming what is not understood
 */
export async function filterOf(
  type: ResourceType,
  query: string,
  { base, terminology }: ConditionReading,
): Promise<readonly Criterion[]> {
  const parsed = parseSearch(type, query, { base });
  if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
  const expanded = await expandTerminology(parsed.value, terminology);
  if (!expanded.ok) throw invalid(400, expanded.error.map(problemIssue));
  const { unknown, sort, includes, criteria } = expanded.value;
  if (unknown.length > 0 || sort.length > 0 || includes.length > 0 || criteria.length === 0) {
    throw invalid(400, [
      {
        severity: 'error',
        code: 'not-supported',
        diagnostics: '_typeFilter: only criteria that the type has can filter an export',
        mend: 'See the CapabilityStatement at [base]/metadata for the parameters of the type.',
      },
    ]);
  }
  return criteria;
}
