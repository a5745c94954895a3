import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource, RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { consentFault } from '../errors.ts';
import { MAX_DECISION_REFRESHES } from '../limits.ts';
import type { AskedRow, FoundRows } from './asked-rows.ts';
import { findAskedRows } from './asked-rows.ts';
import type { ConsentGates } from './consent-gates.ts';

export interface Asked extends AskedRow {
  readonly action: Action;
}

export interface Decisions {
  /** In the order asked. What does not exist is denied like what is hidden. */
  readonly permitted: readonly boolean[];
  /** The rows that were found, for the audit. */
  readonly rows: readonly (RowFacts | undefined)[];
  readonly epoch: bigint;
  readonly nowMs: number;
}

/** Answers questions about access from outside the FHIR interface, by the same gates. */
export class ConsentDecider {
  readonly #gates: ConsentGates;
  readonly #database: (tenant: TenantId) => Queryable;

  constructor(gates: ConsentGates, database: (tenant: TenantId) => Queryable) {
    this.#gates = gates;
    this.#database = database;
  }

  /**
   * Decides all questions in one snapshot, in one statement unless consents changed meanwhile.
   * @throws Fault CONSENT_UNSETTLED where they keep changing
   */
  async decide(actor: Actor, asked: readonly Asked[]): Promise<Decisions> {
    const sources = new Map(
      asked.map(({ action }) => [action, this.#gates.gateSource(actor, action)]),
    );
    for (let attempt = 0; attempt <= MAX_DECISION_REFRESHES; attempt++) {
      const found = await findAskedRows(this.#database(actor.tenant), actor.tenant, asked);
      const permitted = decideAll(sources, asked, found);
      if (permitted !== 'stale') return { ...found, permitted };
      for (const source of sources.values()) await source.refresh(found.nowMs);
    }
    throw consentFault('CONSENT_UNSETTLED', { retryAfterSeconds: 1 });
  }
}

function decideAll(
  sources: ReadonlyMap<Action, GateSource>,
  asked: readonly Asked[],
  { rows, epoch, nowMs }: FoundRows,
): readonly boolean[] | 'stale' {
  const gates = new Map([...sources].map(([action, source]) => [action, source.current()]));
  const permitted: boolean[] = [];
  for (const [index, { action }] of asked.entries()) {
    const gate = gates.get(action);
    const row = rows[index];
    if (gate === undefined || epoch > gate.epoch || nowMs >= gate.validUntil) return 'stale';
    const release = row === undefined ? undefined : gate.decide(row, nowMs);
    if (release?.kind === 'stale') return 'stale';
    permitted.push(release?.kind === 'release' || release?.kind === 'redact');
  }
  return permitted;
}
