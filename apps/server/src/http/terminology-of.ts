import { isJsonObject, parseSearch, storedTerminology, type Terminology } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import { type GateSource, search } from '@holdfast/store';
import type { Pool } from 'pg';
import type { Audited } from '../audit-trail.ts';
import type { Intake } from './fhir-exchange.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/** Who looks codes up, and where. */
export interface TerminologyReader {
  readonly db: Queryable | Pool;
  readonly tenant: number;
  readonly gates: GateSource;
}

/**
 * ValueSets and CodeSystems that are stored, as far as the reader may see them, and those that R4
 * publishes: what `:in`, `:not-in`, `:above` and `:below` go by.
 */
export const terminologyOf = (
  { dictionary, seal }: Pick<FhirRoutesOptions, 'dictionary' | 'seal'>,
  reader: TerminologyReader,
): Terminology =>
  storedTerminology({
    async find(type, canonical) {
      const [url = '', version] = canonical.split('|');
      const criteria = new URLSearchParams({
        url: escaped(url),
        _count: '1',
        _sort: '-_lastUpdated',
      });
      if (version !== undefined) criteria.set('version', escaped(version));
      const query = parseSearch(type, criteria);
      if (!query.ok) return undefined;
      const { versions } = await search(query.value, { ...reader, dictionary, seal });
      const found: unknown = JSON.parse(versions[0]?.content ?? 'null');
      return isJsonObject(found) ? found : undefined;
    },
  });

/** The terminology of one actor's requests. */
export const terminologyFor = (options: FhirRoutesOptions, { actor }: Audited): Terminology =>
  terminologyOf(options, {
    db: options.pool,
    tenant: actor.tenant,
    gates: options.gates.gateSource(actor, 'read'),
  });

/** How resources and conditions of one actor are taken in. */
export const intakeOf = (options: FhirRoutesOptions, who: Audited): Intake => ({
  base: `${options.baseUrl()}${FHIR_BASE}/`,
  validation: options.validation,
  terminology: terminologyFor(options, who),
});

/** A value of a search: its own separators escaped. */
const escaped = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');
