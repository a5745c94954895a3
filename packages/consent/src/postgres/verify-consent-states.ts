import { typeCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { canonicalise } from '../compile/canonical-class.ts';
import { STATES_A_READ } from '../limits.ts';
import { parseConsent } from '../model/parse-consent.ts';

/** A patient whose stored consent state is not what their stored consents come down to. */
export interface WrongConsentState {
  readonly patientId: string;
  readonly column: 'patient_id' | 'consent_class' | 'residual';
}

interface StateRow {
  readonly patient: string;
  readonly patient_id: string;
  /** FHIR id of the Patient that the state belongs to. */
  readonly owner_id: string | null;
  readonly canonical: string | null;
  readonly class_known: boolean;
  readonly residual: readonly string[];
  readonly consents: readonly { readonly version: number; readonly content: string }[] | null;
  /** When the last of them was written: what was in force is decided as of then. */
  readonly written_ms: number | null;
}

// Deleted consents count for the time of the last projection, and for nothing else.
const STATES = `select s.patient, s.patient_id, c.canonical, s.residual,
    (select p.id from resource p where p.tenant = s.tenant and p.key = s.patient) as owner_id,
    s.consent_class = 0 or c.id is not null as class_known, given.consents, given.written_ms
  from patient_state s
  left join consent_class c on c.tenant = s.tenant and c.id = s.consent_class
  cross join lateral (
    select json_agg(json_build_object('version', r.version, 'content', r.content))
        filter (where not r.deleted) as consents,
      (extract(epoch from max(r.updated)) * 1000)::float8 as written_ms
    from resource r where r.tenant = $1 and r.patient = s.patient and r.type = $2) given
  where s.tenant = $1 and s.patient > $3 order by s.patient limit $4`;

/**
 * Recomputes every patient's consent class and residual from the Consents that are stored: whoever
 * opened a patient by changing the state alone is found. The Consents themselves are held against
 * the ledger.
 */
export async function* wrongConsentStates(
  db: Queryable,
  tenant: TenantId,
): AsyncGenerator<WrongConsentState> {
  let after = '0';
  for (;;) {
    const { rows } = await db.query<StateRow>(STATES, [
      tenant,
      typeCode('Consent'),
      after,
      STATES_A_READ,
    ]);
    for (const row of rows) {
      const column = wrongColumn(row);
      if (column !== null) yield { patientId: row.patient_id, column };
      after = row.patient;
    }
    if (rows.length < STATES_A_READ) return;
  }
}

function wrongColumn(row: StateRow): WrongConsentState['column'] | null {
  // Whose own record it is hangs on this id.
  if (row.owner_id !== row.patient_id) return 'patient_id';
  let expected: ReturnType<typeof canonicalise>;
  try {
    const consents = (row.consents ?? []).map(({ content, version }) =>
      parseConsent(JSON.parse(content), version),
    );
    expected = canonicalise(consents, row.written_ms ?? 0);
  } catch {
    // A Consent that nobody can read was not written by this software.
    return 'consent_class';
  }
  if (!row.class_known || (expected?.canonical ?? null) !== row.canonical) return 'consent_class';
  const residual = expected?.residual ?? [];
  const same = residual.length === row.residual.length;
  return same && residual.every((slot, index) => slot === row.residual[index]) ? null : 'residual';
}
