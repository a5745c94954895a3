import type { AccessGate, Bind, Release, RowFacts } from '@holdfast/store';
import type { ClassGroups } from './class-groups.ts';
import { releasableSql, StatementParameters } from './releasable.ts';
import type { ActorView, ReleaseTable } from './release-table.ts';

const RELEASE: Release = { kind: 'release' };
const HIDE: Release = { kind: 'hide' };
const STALE: Release = { kind: 'stale' };

export interface GateParts {
  readonly epoch: bigint;
  readonly table: ReleaseTable;
  readonly actor: ActorView;
  /** The SQL form's classes; built when the first search asks, reads never need it. */
  groups(): ClassGroups;
}

/** One actor's access for one action, at one consent epoch. */
export class ConsentGate implements AccessGate {
  readonly epoch: bigint;
  readonly #parts: GateParts;
  readonly #statements = new WeakMap<Bind, StatementParameters>();
  #groups: ClassGroups | undefined;

  constructor(parts: GateParts) {
    this.epoch = parts.epoch;
    this.#parts = parts;
  }

  /** Only the SQL form runs out: `decide` compiles for whatever instant it is asked about. */
  get validUntil(): number {
    return this.#groups?.validUntil ?? Infinity;
  }

  decide(row: RowFacts, nowMs: number): Release {
    const verdict = this.#parts.table.decide(row, this.#parts.actor, nowMs);
    if (verdict === 'release') return RELEASE;
    return verdict === 'hide' ? HIDE : STALE;
  }

  releasable(alias: string, bind: Bind): string {
    this.#groups ??= this.#parts.groups();
    let parameters = this.#statements.get(bind);
    if (parameters === undefined) {
      parameters = new StatementParameters(bind);
      this.#statements.set(bind, parameters);
    }
    const parts = {
      noPatient: this.#parts.table.noPatient,
      primary: this.#groups.groups('primary'),
      other: this.#groups.groups('other'),
    };
    return releasableSql(alias, parts, { actor: this.#parts.actor, parameters });
  }
}
