import { canonicalise, consentMigrations, parseConsent, sensitivityBit } from '@holdfast/consent';
import { eventsMigrations } from '@holdfast/events';
import { typeCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { createPool, migrate, postgresMigrations } from '@holdfast/postgres';
import { storeMigrations } from '@holdfast/store';
import type { Pool } from 'pg';

export const TENANT = 1 as TenantId;
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const NOW = Date.UTC(2026, 5, 1);
/** Labels that forms keep back, each form a choice of its own. */
const LABELS = ['PSY', 'HIV', 'SEX', 'SDV', 'SICKLE', 'COGN'] as const;
const FORMS = 60;
/** Every so manieth patient is in the care of the one who searches. */
export const SHARES = { half: 2, five: 20, quarter: 400 } as const;
export type Share = keyof typeof SHARES;

export const searcherOf = (share: Share): string => `Practitioner/${share}`;

/** A form that permits treatment, and keeps back what its number says. */
function form(number: number) {
  const kept = LABELS.filter((_, bit) => (number >> bit) % 2 === 1);
  return parseConsent({
    status: 'active',
    dateTime: '2026-01-01',
    provision: {
      type: 'permit',
      purpose: [{ code: 'TREAT' }],
      ...(kept.length > 0 && {
        provision: kept.map((code) => ({
          type: 'deny',
          securityLabel: [{ system: ACT_CODE, code }],
        })),
      }),
    },
  });
}

/** Bits that the forms keep back, by the number of the form. */
export const keptBack = (number: number): bigint =>
  LABELS.reduce(
    (bits, code, bit) => ((number >> bit) % 2 === 1 ? bits | sensitivityBit(code) : bits),
    0n,
  );

const PATIENTS = `with made as (
    insert into resource (tenant, type, id, version, updated, confidentiality, content)
    select 1, $1, 'p' || n, 1, now(), 3, json_build_object('resourceType', 'Patient', 'id', 'p' || n)::text
    from generate_series(1, $2::integer) n returning key, id
  ), owned as (
    insert into patient_state (tenant, patient, patient_id, ties)
    select 1, key, id, array_remove(array[
      case when substr(id, 2)::integer % ${SHARES.half} = 0 then 'care-team:${searcherOf('half')}' end,
      case when substr(id, 2)::integer % ${SHARES.five} = 0 then 'care-team:${searcherOf('five')}' end,
      case when substr(id, 2)::integer % ${SHARES.quarter} = 0 then 'care-team:${searcherOf('quarter')}' end], null)
    from made)
  select count(*) from made`;

/** One in ten carries a sensitivity label; dates go all over, so that patients lie mixed along them. */
const OBSERVATIONS = `insert into resource
    (tenant, type, id, version, updated, patient, owner_by, at, at_end, confidentiality, sensitivity, content)
  select 1, $1, 'o' || n, 1, now(), s.patient, 2, d.day, d.day + interval '1 day',
    3, case when n % 10 = 3 then ($3::bigint[])[1 + n / 10 % 6] else 0 end,
    json_build_object('resourceType', 'Observation', 'id', 'o' || n, 'status', 'final',
      'code', json_build_object('text', 'weight'), 'subject', json_build_object('reference', 'Patient/' || s.patient_id),
      'note', repeat('measured at rest; ', 20))::text
  from generate_series(1, $2::integer) n
  join patient_state s on s.tenant = 1 and s.patient_id = 'p' || (1 + n % $4::integer)
  cross join lateral (select timestamptz '2015-01-01' + (n * 7919::bigint % 4000000) * interval '1 minute' as day) d`;

export interface FilledStore {
  readonly owner: Pool;
  /** Of the application's role, one connection: the back end whose CPU is read. */
  readonly app: Pool;
  close(): Promise<void>;
}

/** A store of that many Observations of that many patients, whose consents are of sixty forms. */
export async function fillStore(
  url: string,
  size: { readonly resources: number; readonly patients: number },
): Promise<FilledStore> {
  const owner = createPool({ url, tenant: TENANT, max: 1 });
  await migrate(owner, [
    postgresMigrations,
    ledgerMigrations,
    eventsMigrations,
    storeMigrations,
    consentMigrations,
  ]);
  await owner.query(PATIENTS, [typeCode('Patient'), size.patients]);
  await owner.query('update resource set patient = key where patient is null');
  await owner.query(OBSERVATIONS, [
    typeCode('Observation'),
    size.resources,
    LABELS.map((code) => String(sensitivityBit(code))),
    size.patients,
  ]);
  const { rows } = await owner.query<{ patient: string; form: number }>(
    `select patient, substr(patient_id, 2)::integer % ${FORMS} as form from patient_state`,
  );
  const interned = Array.from({ length: FORMS }, (_, number) => canonicalise([form(number)], NOW));
  await owner.query('select assign_consent_classes(1::smallint, $1, $2, $3::jsonb)', [
    rows.map(({ patient }) => patient),
    rows.map(({ form: number }) => interned[number]?.canonical ?? null),
    JSON.stringify(rows.map(({ form: number }) => interned[number]?.residual ?? [])),
  ]);
  await owner.query('create table kept_back (form integer primary key, mask bigint not null)');
  await owner.query('insert into kept_back select * from unnest($1::integer[], $2::bigint[])', [
    Array.from({ length: FORMS }, (_, number) => number),
    Array.from({ length: FORMS }, (_, number) => String(keptBack(number))),
  ]);
  await owner.query('grant select on kept_back to holdfast_app');
  await owner.query('vacuum analyze');
  const app = createPool({ url, role: 'holdfast_app', tenant: TENANT, max: 1 });
  return {
    owner,
    app,
    close: async () => {
      await app.end();
      await owner.end();
    },
  };
}
