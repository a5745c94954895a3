import { Fault, type ResourceKey } from '@holdfast/kernel';
import type { AuditRow } from '@holdfast/ledger';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import type { PatientProjection } from '../access-gate.ts';
import type { WritePlan } from '../write-plan.ts';
import { writeStatement } from './write-statement.ts';

/** Why `store_write` refused, as its SQLSTATE says; everything was undone. */
export type WriteRefusal =
  | { readonly kind: 'version-changed' }
  | { readonly kind: 'id-in-use' }
  /** Positions in `plan.targets`, 0-based. */
  | { readonly kind: 'reference-missing'; readonly targets: readonly number[] };

export interface WriteRequest {
  readonly tenant: number;
  readonly actor: string;
  readonly requestId: string;
  readonly audit: readonly AuditRow[];
  readonly projections: readonly PatientProjection[];
}

export interface WriteConnection {
  readonly pool: Pool;
  /** A transaction to write in instead. */
  readonly transaction?: Queryable;
}

function refusalOf(error: unknown): WriteRefusal | undefined {
  if (error instanceof Fault || !(error instanceof Error)) return undefined;
  const { code, detail } = error as Error & { code?: string; detail?: string };
  if (code === 'HF412') return { kind: 'version-changed' };
  if (code === 'HF409') return { kind: 'id-in-use' };
  if (code === 'HF422') {
    const targets = (detail ?? '').split(',').map((position) => Number(position) - 1);
    return { kind: 'reference-missing', targets };
  }
  return undefined;
}

/** Patients whose derived state a plan touches, before and after, by projection. */
function projected(
  plan: WritePlan,
  projection: PatientProjection,
  patients: readonly (string | null)[],
): ResourceKey[] {
  const keys = new Set<string>();
  plan.changes.forEach((change, index) => {
    if (!projection.types.has(change.type)) return;
    const after = patients[index];
    if (after) keys.add(after);
    if (change.formerOwner !== null) keys.add(String(change.formerOwner));
  });
  return [...keys].map((key) => BigInt(key) as ResourceKey);
}

/**
 * Commits a plan: resources, history, index rows, events, audit records and projections, or none
 * of them (invariant 3). One round trip, unless a projection has to run beside it.
 * @param connection a transaction to write in, or the pool to take one from
 * @returns the refusal, or null when it is committed
 */
export async function commitWrite(
  connection: WriteConnection,
  plan: WritePlan,
  request: WriteRequest,
): Promise<WriteRefusal | null> {
  const statement = writeStatement(request.tenant, plan, request);
  const due = request.projections.filter((p) =>
    plan.changes.some((change) => p.types.has(change.type)),
  );
  const run = async (db: Queryable): Promise<void> => {
    const { rows } = await db.query<{ patients: (string | null)[] }>(statement);
    const patients = rows[0]?.patients ?? [];
    for (const projection of due) {
      await projection.project(db, request.tenant, projected(plan, projection, patients));
    }
  };
  try {
    if (connection.transaction !== undefined) await run(connection.transaction);
    else if (due.length === 0) await run(connection.pool);
    else await inTransaction(connection.pool, run);
    return null;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}
