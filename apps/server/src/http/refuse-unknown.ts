import type { SearchQuery } from '@holdfast/fhir';
import { invalid } from './fhir-exchange.ts';

/** `Prefer: handling=strict`. @throws InvalidBody naming each parameter that is not understood */
export function refuseUnknown({ unknown }: Pick<SearchQuery, 'unknown'>): void {
  if (unknown.length === 0) return;
  throw invalid(
    400,
    unknown.map((parameter) => ({
      severity: 'error',
      code: 'not-supported',
      diagnostics: `${parameter}: there is no such parameter here`,
      mend: 'See the CapabilityStatement at [base]/metadata, or send "Prefer: handling=lenient".',
    })),
  );
}
