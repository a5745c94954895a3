import type { Queryable } from '@holdfast/postgres';
import type { Signal } from '../signal.ts';
import { lineOf, recordOf, type SignalLine, type SignalRecord } from '../signal-line.ts';
import type { SignalTable } from '../signal-table.ts';

/** One statement: a signal never stands without its patients. */
const SAVE = `with line as (
    select * from jsonb_to_recordset($1::jsonb) as l(tenant smallint, id uuid, cause text,
      component text, dependency text, data_categories text[], tier smallint, outcome text,
      trace_id text, request_id text, patients_uncounted bigint, opened_at timestamptz,
      last_seen_at timestamptz, resolved_at timestamptz, occurrences bigint, patients text[])
  ), kept as (
    insert into holdfast.signal as s (tenant, id, cause, component, dependency, data_categories,
      tier, outcome, trace_id, request_id, patients_uncounted, opened_at, last_seen_at,
      resolved_at, occurrences)
    select tenant, id, cause, component, dependency, data_categories, tier, outcome, trace_id,
      request_id, patients_uncounted, opened_at, last_seen_at, resolved_at, occurrences
    from line
    on conflict (tenant, id) do update set data_categories = excluded.data_categories,
      tier = excluded.tier, outcome = excluded.outcome, trace_id = excluded.trace_id,
      request_id = excluded.request_id, patients_uncounted = excluded.patients_uncounted,
      last_seen_at = excluded.last_seen_at, occurrences = excluded.occurrences,
      resolved_at = coalesce(s.resolved_at, excluded.resolved_at)
    where s.occurrences <= excluded.occurrences
  )
  insert into holdfast.signal_patient (tenant, signal, patient_id)
  select distinct line.tenant, line.id, patient from line, unnest(line.patients) as patient
  on conflict do nothing`;

const LOAD = `select s.*, array(select p.patient_id from holdfast.signal_patient p
      where p.tenant = s.tenant and p.signal = s.id order by p.patient_id) as patients
  from (
    (select * from holdfast.signal where resolved_at is null order by last_seen_at desc limit $1)
    union all
    (select * from holdfast.signal where resolved_at is not null
      order by last_seen_at desc limit $1)
  ) s order by s.last_seen_at`;

type LoadedRow = Omit<SignalLine, 'opened_at' | 'last_seen_at' | 'resolved_at'> & {
  opened_at: Date;
  last_seen_at: Date;
  resolved_at: Date | null;
};

/** @param database as the owner, who writes for every tenant */
export function postgresSignalTable(database: Queryable): SignalTable {
  return {
    async save(records) {
      if (records.length === 0) return;
      // One row a statement and signal: the newest account, all its patients.
      const lines = [...newestOfEach(records).values()].map(lineOf);
      await database.query(SAVE, [JSON.stringify(lines)]);
    },
    async load(limit) {
      const { rows } = await database.query<LoadedRow>(LOAD, [limit]);
      return rows.flatMap((row): Signal[] => {
        const record = recordOf({
          ...row,
          opened_at: row.opened_at.toISOString(),
          last_seen_at: row.last_seen_at.toISOString(),
          resolved_at: row.resolved_at?.toISOString() ?? null,
        });
        return record === null ? [] : [{ ...record.signal, patients: record.addedPatients }];
      });
    },
  };
}

function newestOfEach(records: readonly SignalRecord[]): Map<string, SignalRecord> {
  const newest = new Map<string, SignalRecord>();
  for (const record of records) {
    const known = newest.get(record.signal.id);
    const isNewer = known === undefined || record.signal.occurrences >= known.signal.occurrences;
    newest.set(record.signal.id, {
      signal: isNewer ? record.signal : known.signal,
      addedPatients: [...(known?.addedPatients ?? []), ...record.addedPatients],
    });
  }
  return newest;
}
