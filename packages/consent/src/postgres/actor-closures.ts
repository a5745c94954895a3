import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { Actor } from '../actor.ts';
import { MAX_CLOSURES } from '../limits.ts';

/** Everything that somebody stands for, as of one snapshot (A17). */
export interface Closure {
  /** `tenant_state.membership_epoch` of the snapshot. */
  readonly epoch: bigint;
  /** The instant at which a membership begins or ends by itself; ms since 1970. */
  readonly validUntil: number;
  /** The same object for the same actor, so that what is made of it is made once. */
  of(actor: Actor): Actor;
}

// `union` meets each reference once, so a circle of organisations ends. One snapshot: epoch and edges.
const LOAD = {
  name: 'consent_closure',
  text: `with recursive clock as (
      select extract(epoch from statement_timestamp()) * 1000 as now_ms
    ), up(reference) as (
      select unnest($2::text[]) collate "C" union
      select m.stands_for from clock, up join membership m on m.tenant = $1 and m.member = up.reference
      where m.since <= clock.now_ms and clock.now_ms < m.until
    )
    select coalesce((select t.membership_epoch from tenant_state t where t.tenant = $1), 0) as epoch,
      clock.now_ms, array(select reference from up) as references,
      (select min(bound) from up join membership m on m.tenant = $1 and m.member = up.reference
        cross join unnest(array[m.since, m.until]) as bound where bound > clock.now_ms) as valid_until
    from clock`,
};

interface Loaded {
  readonly epoch: string;
  readonly now_ms: string;
  readonly references: string[];
  readonly valid_until: number | null;
}

const keyOf = ({ principal, closure }: Actor): string =>
  JSON.stringify([...new Set([principal, ...closure])].sort());

/** One tenant's closures in memory: those of who asked lately. */
export class ActorClosures {
  readonly #tenant: TenantId;
  readonly #db: Queryable;
  readonly #known = new Map<string, Closure>();

  constructor(tenant: TenantId, db: Queryable) {
    this.#tenant = tenant;
    this.#db = db;
  }

  /** Undefined: not loaded. */
  find(actor: Actor): Closure | undefined {
    return this.#known.get(keyOf(actor));
  }

  async load(actor: Actor): Promise<Closure> {
    const seeds = [actor.principal, ...actor.closure];
    const { rows } = await this.#db.query<Loaded>({ ...LOAD, values: [this.#tenant, seeds] });
    const [row] = rows;
    const references = row?.references ?? seeds;
    const actors = new WeakMap<Actor, Actor>();
    const closure: Closure = {
      epoch: BigInt(row?.epoch ?? 0),
      validUntil: row?.valid_until ?? Infinity,
      of: (each) => {
        const whole = actors.get(each) ?? { ...each, closure: references };
        actors.set(each, whole);
        return whole;
      },
    };
    const key = keyOf(actor);
    // The one loaded last stands last, so that the first is the one longest unused.
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_CLOSURES && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, closure);
    return closure;
  }
}
