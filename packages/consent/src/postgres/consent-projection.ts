import { typeCode } from '@holdfast/fhir';
import { invariant } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { DueChanges, PatientProjection, ProjectedChange } from '@holdfast/store';
import { canonicalise } from '../compile/canonical-class.ts';
import { consentFault } from '../errors.ts';
import { MAX_ACTIVE_CONSENTS, MAX_RESIDUAL_SLOTS } from '../limits.ts';
import type { ConsentModel } from '../model/consent-model.ts';
import { parseConsent } from '../model/parse-consent.ts';

interface ConsentRow {
  readonly patient: string;
  readonly version: number;
  readonly content: string;
  readonly now_ms: number;
}

const READ = {
  name: 'consent_read',
  text: `select r.patient, r.version, r.content,
      (extract(epoch from statement_timestamp()) * 1000)::float8 as now_ms
    from unnest($2::bigint[]) as wanted(patient)
    join resource r on r.tenant = $1 and r.patient = wanted.patient and r.type = $3 and not r.deleted`,
};

const ASSIGN = {
  name: 'consent_assign',
  text: 'select assign_consent_classes($1::smallint, $2::bigint[], $3::text[], $4::jsonb) as missing',
};

/**
 * Keeps `patient_state.consent_class` and `residual` in step with a patient's Consents, inside the
 * transaction that writes them (CON-5). Two statements, however many patients and resources.
 */
export class ConsentProjection implements PatientProjection {
  isDueTo({ type }: ProjectedChange): boolean {
    return type === 'Consent';
  }

  /** @throws Fault CONSENT_BEYOND_LIMITS, CONSENT_PATIENT_UNKNOWN */
  async project(tx: Queryable, tenant: number, { patients }: DueChanges): Promise<void> {
    if (patients.length === 0) return;
    const keys = patients.map(String);
    const { rows } = await tx.query<ConsentRow>({
      ...READ,
      values: [tenant, keys, typeCode('Consent')],
    });
    const interned = keys.map((key) => internOne(rows.filter(({ patient }) => patient === key)));
    const { rows: answers } = await tx.query<{ missing: string[] }>({
      ...ASSIGN,
      values: [
        tenant,
        keys,
        interned.map((each) => each?.canonical ?? null),
        JSON.stringify(interned.map((each) => each?.residual ?? [])),
      ],
    });
    const [answer] = answers;
    invariant(answer !== undefined, 'CON-5 assigning classes answers');
    if (answer.missing.length > 0) throw consentFault('CONSENT_PATIENT_UNKNOWN');
  }
}

function internOne(rows: readonly ConsentRow[]): ReturnType<typeof canonicalise> {
  const consents = rows.map(({ content, version }) => parseConsent(JSON.parse(content), version));
  const active = consents.filter((each) => each.active);
  const interned = canonicalise(consents, rows[0]?.now_ms ?? 0);
  if (
    active.length > MAX_ACTIVE_CONSENTS ||
    active.some(isBeyondLimits) ||
    (interned?.residual.length ?? 0) > MAX_RESIDUAL_SLOTS
  ) {
    throw consentFault('CONSENT_BEYOND_LIMITS');
  }
  return interned;
}

const isBeyondLimits = ({ findings }: ConsentModel): boolean =>
  findings.some(({ severity }) => severity === 'beyond-limits');
