import type { Queryable } from '@holdfast/postgres';
import type { AccessGate, GateSource } from '../access-gate.ts';
import { storeFault } from '../errors.ts';
import { CONSENT_REFRESHES_MAX } from '../limits.ts';
import {
  type ProjectedRow,
  redacted,
  type SnapshotColumns,
  type StoredVersion,
  storedVersion,
} from '../stored-row.ts';

export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** A row with the decision about it. */
export interface DecidedVersion<Extra = unknown> {
  readonly version: StoredVersion;
  readonly released: boolean;
  /** The row's further columns, e.g. sort values. */
  readonly row: Extra;
}

export interface Fenced<Extra> {
  readonly rows: readonly DecidedVersion<Extra>[];
  /** The first row's further columns, e.g. a total. */
  readonly extra: Extra | undefined;
  /** Of the gate that decided: what an audit record has to say to let the decision be replayed. */
  readonly epoch: bigint;
}

/**
 * Runs a statement and decides its rows by the consent state of the same snapshot (invariant 1,
 * Fence). The statement selects {@link SNAPSHOT} left-joined with rows of `PROJECTION`. Where it saw
 * a consent epoch or class that the gate was not compiled for, the gate is refreshed and the
 * statement runs again; what can't be settled is not released.
 * @throws Fault STORE_CONSENT_UNSETTLED
 */
export async function fenced<Extra>(
  db: Queryable,
  gates: GateSource,
  statement: (gate: AccessGate) => Statement,
): Promise<Fenced<Extra>> {
  let gate = gates.current();
  for (let attempt = 0; attempt <= CONSENT_REFRESHES_MAX; attempt++) {
    const { rows } = await db.query<SnapshotColumns & ProjectedRow & Extra>(statement(gate));
    const decided = decide(gate, rows);
    if (decided !== 'stale') return { rows: decided, extra: rows[0], epoch: gate.epoch };
    gate = await gates.refresh(Number(rows[0]?.now_ms));
  }
  throw storeFault('STORE_CONSENT_UNSETTLED', { retryAfterSeconds: 1 });
}

function decide<Row extends SnapshotColumns & ProjectedRow>(
  gate: AccessGate,
  rows: readonly Row[],
): DecidedVersion<Row>[] | 'stale' {
  const decided: DecidedVersion<Row>[] = [];
  for (const row of rows) {
    const nowMs = Number(row.now_ms);
    if (BigInt(row.consent_epoch) > gate.epoch || nowMs >= gate.validUntil) return 'stale';
    const version = storedVersion(row);
    if (version === null) continue;
    const release = gate.decide(version.facts, nowMs);
    if (release.kind === 'stale') return 'stale';
    decided.push({
      version: release.kind === 'redact' ? redacted(version, release.elements) : version,
      released: release.kind !== 'hide',
      row,
    });
  }
  return decided;
}
