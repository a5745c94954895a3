import { URGENCY_CODES } from '@holdfast/events';
import { typeCode } from '@holdfast/fhir';
import { AUDIT_COLUMN_TYPES, auditColumns, type SealedAudit } from '@holdfast/ledger';
import type { IndexRows } from '../index-rows.ts';
import type { DecidedAt } from '../write-authority.ts';
import type { WritePlan } from '../write-plan.ts';

/** In the order of `store_write`'s arguments. */
const PARAMETER_TYPES = [
  'smallint',
  'boolean',
  'bigint[]',
  // What it was decided by
  'bigint bigint[] bigint[] text[] integer',
  // Resources
  'bigint[] smallint[] text[] integer[] integer[] timestamptz[] text[] integer[] smallint[] text[] integer[]',
  'timestamptz[] timestamptz[] smallint[] bigint[]',
  // Shared labels
  'integer[] integer[] boolean[]',
  // Targets
  'integer[] smallint[] text[] boolean[]',
  // Index rows: token, reference, uri, string, date, quantity, composite, position
  'integer[] smallint[] text[] integer[] boolean[]',
  'integer[] smallint[] integer[]',
  'integer[] smallint[] text[]',
  'integer[] smallint[] text[] text[] text[]',
  'integer[] smallint[] timestamptz[] timestamptz[]',
  'integer[] smallint[] text[] integer[] float8[] float8[]',
  'integer[] smallint[] text[] integer[] text[] integer[] float8[] float8[] float8[] float8[]',
  'integer[] smallint[] float8[] float8[]',
  'jsonb',
  // Events
  'uuid[] text[] text[] smallint[] text text',
  // Audit records and the keys of their bodies
  AUDIT_COLUMN_TYPES.join(' '),
].flatMap((group) => group.split(' '));

const TEXT = `select store_write(${PARAMETER_TYPES.map((type, i) => `$${i + 1}::${type}`).join(', ')}) as patients`;

type Column = (string | number | boolean | null)[];

/** Turns the rows of all changes into columns, led by the change's position. */
function columns<Row extends readonly (string | number | boolean)[]>(
  plan: WritePlan,
  table: (rows: IndexRows) => readonly Row[],
  width: number,
): Column[] {
  const out: Column[] = Array.from({ length: width + 1 }, () => []);
  plan.added.forEach((rows, index) => {
    for (const row of table(rows)) {
      out[0]?.push(index + 1);
      for (let i = 0; i < width; i++) out[i + 1]?.push(row[i] ?? null);
    }
  });
  return out;
}

/** One call, one round trip: all that a transaction writes. */
export function writeStatement(
  tenant: number,
  plan: WritePlan,
  request: {
    actor: string;
    requestId: string;
    audit: SealedAudit;
    decidedAt: DecidedAt;
  },
): { name: string; text: string; values: unknown[] } {
  const { changes } = plan;
  const { epoch, absent } = request.decidedAt;
  const states = [...request.decidedAt.states.values()];
  const references = columns(plan, (rows) => rows.reference, 1);
  return {
    name: 'store_write',
    text: TEXT,
    values: [
      tenant,
      plan.locks.alone,
      [...plan.locks.conditions, ...plan.locks.streams],
      epoch,
      states.map((state) => state.patient),
      states.map((state) => state.consentEpoch),
      absent,
      labellingOf(changes),
      changes.map((c) => c.key),
      changes.map((c) => typeCode(c.type)),
      changes.map((c) => c.id),
      changes.map((c) => c.expected),
      changes.map((c) => c.version),
      changes.map((c) => c.updated),
      changes.map((c) => c.content),
      plan.owner,
      changes.map((c) => c.ownerBy),
      plan.others,
      plan.inherits,
      changes.map((c) => c.at),
      changes.map((c) => c.atEnd),
      changes.map((c) => c.confidentiality),
      changes.map((c) => c.sensitivity),
      plan.sharing.map((s) => s.resource),
      plan.sharing.map((s) => s.source),
      plan.sharing.map((s) => s.raises),
      plan.targets.map((t) => t.position),
      plan.targets.map((t) => typeCode(t.type)),
      plan.targets.map((t) => t.id),
      plan.targets.map((t) => t.required),
      ...columns(plan, (rows) => rows.token, 4),
      ...references,
      plan.referenceTargets.flat(),
      ...columns(plan, (rows) => rows.uri, 2),
      ...columns(plan, (rows) => rows.string, 4),
      ...columns(plan, (rows) => rows.date, 3),
      ...columns(plan, (rows) => rows.quantity, 5),
      ...columns(plan, (rows) => rows.composite, 9),
      ...columns(plan, (rows) => rows.position, 3),
      plan.outgoing === null ? null : JSON.stringify(plan.outgoing),
      changes.map((c) => c.eventId),
      changes.map((c) => c.interaction),
      changes.map((c) => c.type),
      changes.map((c) => URGENCY_CODES[c.urgency]),
      request.actor,
      request.requestId,
      ...auditColumns(request.audit),
    ],
  };
}

/** The oldest label sets that anything in the plan was labelled by; null where all is deleted. */
function labellingOf(changes: WritePlan['changes']): number | null {
  const numbers = changes.flatMap(({ labelling }) => (labelling === null ? [] : [labelling]));
  return numbers.length === 0 ? null : Math.min(...numbers);
}
