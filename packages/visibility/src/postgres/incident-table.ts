import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { entryLine, entryOf } from '../incidents/entry-line.ts';
import type { IncidentEntry, IncidentId, IncidentRecord } from '../incidents/incident.ts';
import type { SignalId } from '../signal.ts';

/** null, the platform itself, is tenant 0 in the tables. */
type Scope = TenantId | null;

const RECORD = `select i.tenant, i.id,
    (select jsonb_agg(jsonb_build_object('at', e.at, 'author', e.author, 'entry', e.entry)
        order by e.seq)
      from holdfast.incident_entry e where e.tenant = i.tenant and e.incident = i.id) as entries
  from holdfast.incident i`;

/** Both halves go along an index; closed ones are many, open ones few. */
const LIST = `${RECORD} where i.tenant = $1 and not i.closed
  union all (${RECORD} where i.tenant = $1 and i.closed order by i.opened_at desc limit $2)`;

interface RecordRow {
  readonly tenant: number;
  readonly id: IncidentId;
  readonly entries: readonly { at: string; author: string | null; entry: unknown }[];
}

export async function openIncidents(db: Queryable, tenant: Scope): Promise<IncidentRecord[]> {
  const where = 'where i.tenant = $1 and not i.closed order by i.opened_at';
  const { rows } = await db.query<RecordRow>(`${RECORD} ${where}`, [tenant ?? 0]);
  return rows.map(recordOf);
}

/** Open ones, and as many of the newest closed ones. */
export async function listIncidents(
  db: Queryable,
  { tenant, closed }: { readonly tenant: Scope; readonly closed: number },
): Promise<IncidentRecord[]> {
  const { rows } = await db.query<RecordRow>(LIST, [tenant ?? 0, closed]);
  return rows.map(recordOf);
}

export async function readIncident(
  db: Queryable,
  { tenant, id }: { readonly tenant: Scope; readonly id: IncidentId },
): Promise<IncidentRecord | null> {
  const { rows } = await db.query<RecordRow>(`${RECORD} where i.tenant = $1 and i.id = $2`, [
    tenant ?? 0,
    id,
  ]);
  return rows[0] === undefined ? null : recordOf(rows[0]);
}

/** Everybody whom a failure of the incident reached, each once, sorted. */
export async function patientsOfIncident(
  db: Queryable,
  { tenant, id }: { readonly tenant: Scope; readonly id: IncidentId },
): Promise<PatientId[]> {
  const { rows } = await db.query<{ patient_id: PatientId }>(
    `select distinct p.patient_id from holdfast.incident_signal s
     join holdfast.signal_patient p on p.tenant = s.tenant and p.signal = s.signal
     where s.tenant = $1 and s.incident = $2 order by 1`,
    [tenant ?? 0, id],
  );
  return rows.map((row) => row.patient_id);
}

/** How many people each incident reached, each counted once. */
export async function countPatients(
  db: Queryable,
  { tenant, ids }: { readonly tenant: Scope; readonly ids: readonly IncidentId[] },
): Promise<Map<IncidentId, number>> {
  const { rows } = await db.query<{ incident: IncidentId; patients: number }>(
    `select s.incident, count(distinct p.patient_id)::int as patients
     from holdfast.incident_signal s
     join holdfast.signal_patient p on p.tenant = s.tenant and p.signal = s.signal
     where s.tenant = $1 and s.incident = any($2::uuid[]) group by 1`,
    [tenant ?? 0, ids],
  );
  return new Map(rows.map(({ incident, patients }) => [incident, patients]));
}

/** Where a signal is: in which incident, and whether its end is in the timeline. */
export interface SignalPlace {
  readonly incident: IncidentId;
  readonly ended: boolean;
}

/** Of these signals those that are part of an incident. */
export async function placesOfSignals(
  db: Queryable,
  signals: readonly SignalId[],
): Promise<Map<SignalId, SignalPlace>> {
  const { rows } = await db.query<SignalPlace & { signal: SignalId }>(
    `select s.signal, s.incident, s.ended from holdfast.incident_signal s
     join unnest($1::uuid[]) as asked(id) on asked.id = s.signal`,
    [signals],
  );
  return new Map(rows.map(({ signal, ...place }) => [signal, place]));
}

/** Opens the incident where it is new, and adds the entry to its timeline. */
export async function addEntry(
  db: Queryable,
  {
    tenant,
    id,
    entry,
  }: { readonly tenant: Scope; readonly id: IncidentId; readonly entry: IncidentEntry },
): Promise<void> {
  const { at, author } = entry;
  await db.query(
    `insert into holdfast.incident as i (tenant, id, opened_at) values ($1, $2, $3)
     on conflict (tenant, id) do update
       set closed = case $4 when 'closed' then true when 'reopened' then false else i.closed end`,
    [tenant ?? 0, id, at, entry.entry.kind],
  );
  await db.query(
    `insert into holdfast.incident_entry (tenant, incident, seq, at, author, entry)
     select $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5::jsonb
     from holdfast.incident_entry where tenant = $1 and incident = $2`,
    [tenant ?? 0, id, at, author, entryLine(entry.entry)],
  );
  if (entry.entry.kind === 'signal-joined') {
    await db.query(
      'insert into holdfast.incident_signal (tenant, signal, incident) values ($1, $2, $3)',
      [tenant ?? 0, entry.entry.signal, id],
    );
  } else if (entry.entry.kind === 'signal-ended') {
    await db.query(
      'update holdfast.incident_signal set ended = true where tenant = $1 and signal = $2',
      [tenant ?? 0, entry.entry.signal],
    );
  }
}

function recordOf({ tenant, id, entries }: RecordRow): IncidentRecord {
  return {
    id,
    tenant: tenant === 0 ? null : (tenant as TenantId),
    entries: entries.map(({ at, author, entry }) => ({
      at: new Date(at),
      author,
      entry: entryOf(entry),
    })),
  };
}
