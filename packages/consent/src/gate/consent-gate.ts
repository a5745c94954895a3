import type { ResourceType } from '@holdfast/fhir';
import type { AccessGate, Bind, Release, RowFacts } from '@holdfast/store';
import type { ClassGroups } from './class-groups.ts';
import type { Redactions } from './redactions.ts';
import { releasableSql, StatementParameters } from './releasable.ts';
import type { ActorView, ReleaseTable } from './release-table.ts';

const RELEASE: Release = { kind: 'release' };
const HIDE: Release = { kind: 'hide' };
const STALE: Release = { kind: 'stale' };

export interface GateParts {
  readonly epoch: bigint;
  /** Until when the actor's closure is whole, ms since 1970. */
  readonly validUntil: number;
  readonly table: ReleaseTable;
  readonly actor: ActorView;
  /** What the context's permits keep back; undefined nearly always. */
  readonly redactions: Redactions | undefined;
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

  /** Of the decisions only the SQL form runs out: `decide` compiles for whatever instant it is asked about. */
  get validUntil(): number {
    return Math.min(this.#parts.validUntil, this.#groups?.validUntil ?? Infinity);
  }

  decide(row: RowFacts, nowMs: number): Release {
    if (nowMs >= this.#parts.validUntil) return STALE;
    const verdict = this.#parts.table.decide(row, this.#parts.actor, nowMs);
    if (verdict === 'release') return this.#redact(row, nowMs);
    return verdict === 'hide' ? HIDE : STALE;
  }

  #redact(row: RowFacts, nowMs: number): Release {
    const elements = this.#parts.redactions?.of(row, this.#parts.actor, nowMs);
    if (elements === 'unknown-class') return STALE;
    return elements === undefined || elements.length === 0 ? RELEASE : { kind: 'redact', elements };
  }

  hides(type: ResourceType): readonly string[] {
    return this.#parts.redactions?.hides(type) ?? [];
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
      primary: this.#groups.grouped('primary'),
      other: this.#groups.grouped('other'),
    };
    return releasableSql(alias, parts, { actor: this.#parts.actor, parameters });
  }
}
