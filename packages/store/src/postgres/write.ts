import { Fault, type ResourceKey } from '@holdfast/kernel';
import { type SealedAudit, type SealRefusal, sealRefusalOf } from '@holdfast/ledger';
import { type Connections, inTransaction, type Queryable } from '@holdfast/postgres';
import type { DueChanges, PatientProjection } from '../access-gate.ts';
import type { DecidedAt } from '../write-authority.ts';
import type { WritePlan } from '../write-plan.ts';
import { writeStatement } from './write-statement.ts';

/** Why `store_write` refused, as its SQLSTATE says. */
export type WriteRefusal =
  | { readonly kind: 'version-changed' }
  | { readonly kind: 'id-in-use' }
  /** Consents or policies changed after the write was decided. */
  | { readonly kind: 'consent-changed' }
  /** Positions in `plan.targets`, 0-based. */
  | { readonly kind: 'reference-missing'; readonly targets: readonly number[] }
  /** The audit records were sealed by what may not be used any more. */
  | { readonly kind: 'audit-refused'; readonly refusal: SealRefusal };

export interface WriteRequest {
  readonly tenant: number;
  readonly actor: string;
  readonly requestId: string;
  readonly audit: SealedAudit;
  readonly decidedAt: DecidedAt;
  readonly projections: readonly PatientProjection[];
}

/** A refusal on its way out of a transaction that it rolls back. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';
  readonly refusal: WriteRefusal;

  constructor(refusal: WriteRefusal) {
    super(refusal.kind);
    this.refusal = refusal;
  }
}

function refusalOf(error: unknown): WriteRefusal | undefined {
  if (error instanceof Fault || !(error instanceof Error)) return undefined;
  const { code, detail } = error as Error & { code?: string; detail?: string };
  if (code === 'HF412') return { kind: 'version-changed' };
  if (code === 'HF409') return { kind: 'id-in-use' };
  if (code === 'HF428') return { kind: 'consent-changed' };
  if (code === 'HF422') {
    const targets = (detail ?? '').split(',').map((position) => Number(position) - 1);
    return { kind: 'reference-missing', targets };
  }
  const refusal = sealRefusalOf(error);
  return refusal && { kind: 'audit-refused', refusal };
}

/** What of a plan concerns a projection, with the patients before and after. */
export function dueChanges(
  plan: Pick<WritePlan, 'changes'>,
  projection: PatientProjection,
  patients: readonly (string | null)[],
): DueChanges {
  const keys = new Set<string>();
  const changes = plan.changes.filter((change, index) => {
    if (!projection.isDueTo(change)) return false;
    const after = patients[index];
    if (after) keys.add(after);
    if (change.formerOwner !== null) keys.add(String(change.formerOwner));
    return true;
  });
  return { changes, patients: [...keys].map((key) => BigInt(key) as ResourceKey) };
}

/**
 * Writes a plan inside a transaction: resources, history, index rows, events, audit records and
 * projections (invariant 3). One round trip, unless a projection has to run beside it.
 * @throws WriteRefused the transaction can only be rolled back then
 */
export async function writeWithin(
  tx: Queryable,
  plan: WritePlan,
  request: WriteRequest,
): Promise<void> {
  let patients: readonly (string | null)[];
  try {
    const { rows } = await tx.query<{ patients: (string | null)[] }>(
      writeStatement(request.tenant, plan, request),
    );
    patients = rows[0]?.patients ?? [];
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal === undefined ? error : new WriteRefused(refusal);
  }
  for (const projection of dueProjections(plan, request)) {
    const due = dueChanges(plan, projection, patients);
    await projection.project(tx, request.tenant, { ...due, writer: request.actor });
  }
}

/**
 * Writes a plan as a transaction of its own: one statement, which commits by itself, where nothing
 * has to run beside it.
 * @throws WriteRefused nothing is written then
 */
export async function writeAlone(
  pool: Connections,
  plan: WritePlan,
  request: WriteRequest,
): Promise<void> {
  if (dueProjections(plan, request).length === 0) await writeWithin(pool, plan, request);
  else await inTransaction(pool, (tx) => writeWithin(tx, plan, request));
}

const dueProjections = (plan: WritePlan, { projections }: WriteRequest) =>
  projections.filter((each) => plan.changes.some((change) => each.isDueTo(change)));
