import { typeCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { canonicalise } from '../compile/canonical-class.ts';
import { decodeClass, NO_CONSENT } from '../compile/decode-class.ts';
import { isRecord } from '../model/fhir-json.ts';
import { parseConsent } from '../model/parse-consent.ts';
import type { Rulebook } from '../rulebook.ts';
import { type AccessChange, accessChanges, contextsOf } from './access-changes.ts';

/** A change with the patients it concerns. */
export interface PopulationChange extends AccessChange {
  readonly patients: number;
  /** Ids of a few of them. */
  readonly samples: readonly string[];
}

/** Whose population, and as of when (ms since 1970). */
export interface AskedOf {
  readonly tenant: TenantId;
  readonly nowMs: number;
}

export interface WhatIf {
  readonly patients: number;
  readonly classes: number;
  /** The most patients first. */
  readonly changes: readonly PopulationChange[];
}

interface ClassRow {
  readonly id: number;
  readonly canonical: string | null;
  readonly patients: number;
  readonly samples: readonly string[];
}

// The one part whose cost grows with patients: counting them.
const CLASSES = {
  name: 'consent_classes_in_use',
  text: `select s.consent_class as id, c.canonical, s.patients, s.samples from (
      select consent_class, count(*)::integer as patients,
        array[min(patient_id), max(patient_id)] as samples
      from patient_state where tenant = $1 group by consent_class) s
    left join consent_class c on c.tenant = $1 and c.id = s.consent_class`,
};

const SAMPLES = 5;

/**
 * Who of the population on file gains and who loses what, were `draft` in force in place of `active`.
 * Decided class by class, however many patients share one; patients whose class this program cannot
 * read are hidden before and after, and do not change.
 */
export async function whatIfStored(
  db: Queryable,
  { tenant, nowMs }: AskedOf,
  { active, draft }: { readonly active: Rulebook; readonly draft: Rulebook },
): Promise<WhatIf> {
  const { rows } = await db.query<ClassRow>({ ...CLASSES, values: [tenant] });
  const found = new Map<string, PopulationChange>();
  for (const { id, canonical, patients, samples } of rows) {
    const decoded = id === 0 ? NO_CONSENT : readable(canonical);
    if (decoded === undefined) continue;
    for (const asked of contextsOf(active, draft)) {
      const before = { rulebook: active, consentClass: decoded };
      const after = { rulebook: draft, consentClass: decoded };
      for (const change of accessChanges(asked, { before, after, nowMs })) {
        const key = JSON.stringify(change);
        const known = found.get(key);
        found.set(key, {
          ...change,
          patients: patients + (known?.patients ?? 0),
          samples: [...new Set([...(known?.samples ?? []), ...samples])].slice(0, SAMPLES),
        });
      }
    }
    // Other requests are served between two classes.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return {
    patients: rows.reduce((sum, each) => sum + each.patients, 0),
    classes: rows.length,
    changes: [...found.values()].sort((a, b) => b.patients - a.patients),
  };
}

function readable(canonical: string | null) {
  const decoded = canonical === null ? undefined : decodeClass(canonical);
  return decoded?.ok === true ? decoded.value : undefined;
}

const CONSENTS = {
  name: 'consent_what_if_consents',
  text: `select s.patient_id, r.id, r.version, r.content from patient_state s
    left join resource r
      on r.tenant = $1 and r.type = $3 and r.patient = s.patient and not r.deleted
    where s.tenant = $1 and s.patient_id = $2`,
};

interface ConsentRow {
  readonly patient_id: string;
  readonly id: string | null;
  readonly version: number;
  readonly content: string;
}

/**
 * What a patient's draft consent would change: beside those on file, or in place of the one with its
 * id. Undefined where there is no such patient. `named` are whom the consents of either side name.
 */
export async function whatIfConsent(
  db: Queryable,
  { tenant, nowMs }: AskedOf,
  asked: { readonly patientId: string; readonly draft: unknown; readonly rulebook: Rulebook },
): Promise<WhatIf | undefined> {
  const { patientId, draft, rulebook } = asked;
  const values = [tenant, patientId, typeCode('Consent')];
  const { rows } = await db.query<ConsentRow>({ ...CONSENTS, values });
  if (rows.length === 0) return undefined;
  const onFile = rows.filter(({ id }) => id !== null);
  const replaced = isRecord(draft) ? draft['id'] : undefined;
  const model = ({ content, version }: ConsentRow) => parseConsent(JSON.parse(content), version);
  const kept = onFile.filter(({ id }) => id !== replaced).map(model);
  const [before, after] = [onFile.map(model), [...kept, parseConsent(draft)]].map((consents) => ({
    rulebook,
    consentClass: readable(canonicalise(consents, nowMs)?.canonical ?? null) ?? NO_CONSENT,
  }));
  const changes = contextsOf(rulebook).flatMap((context) =>
    before === undefined || after === undefined
      ? []
      : accessChanges(context, { before, after, nowMs }),
  );
  const population = { patients: 1, samples: [patientId] };
  return { patients: 1, classes: 1, changes: changes.map((each) => ({ ...each, ...population })) };
}
