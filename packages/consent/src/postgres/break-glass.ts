import type { TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import { lockStreams } from '@holdfast/store';
import type { Pool } from 'pg';
import { consentFault } from '../errors.ts';
import { GLASS_CONFIRM_MS, MAX_GLASS_LISTED } from '../limits.ts';

export type GlassVerdict = 'justified' | 'unjustified';

/** One emergency access to one patient, from the request to the verdict about it. Times: RFC 3339. */
export interface GlassAccess {
  readonly id: string;
  readonly patientId: string;
  readonly actor: string;
  readonly reason: string;
  readonly askedAt: string;
  /** Undefined until it was confirmed. */
  readonly openedAt: string | undefined;
  readonly until: string | undefined;
  /** Before its time; undefined where it ran out, or has not yet. */
  readonly endedAt: string | undefined;
  readonly endedBy: string | undefined;
  readonly isOpen: boolean;
  readonly verdict: GlassVerdict | undefined;
  readonly note: string | undefined;
  readonly reviewedBy: string | undefined;
}

export interface GlassRequest {
  readonly id: string;
  readonly patientId: string;
  readonly actor: string;
  /** In words; the patient reads it. */
  readonly reason: string;
  readonly minutes: number;
}

export interface GlassReview {
  readonly verdict: GlassVerdict;
  readonly note: string;
  readonly by: string;
}

interface Row {
  readonly id: string;
  readonly patient_id: string;
  readonly actor: string;
  readonly reason: string;
  readonly asked: Date;
  readonly opened: Date | null;
  readonly until: Date | null;
  readonly ended: Date | null;
  readonly ended_by: string | null;
  readonly is_open: boolean;
  readonly verdict: GlassVerdict | null;
  readonly note: string | null;
  readonly reviewed_by: string | null;
}

const COLUMNS = `g.id, g.patient_id, g.actor, g.reason, g.asked, g.opened, g.until, g.ended, g.ended_by,
  g.verdict, g.note, g.reviewed_by,
  coalesce(g.ended is null and g.until > statement_timestamp(), false) as is_open`;

/**
 * Emergency access: who holds it is tied to the patient as `break-glass`, in the patient's own state,
 * so that it begins and ends with the next statement of every process (CON-15).
 */
export class BreakGlass {
  readonly #tenant: TenantId;
  readonly #pool: Pool;

  constructor(tenant: TenantId, pool: Pool) {
    this.#tenant = tenant;
    this.#pool = pool;
  }

  /**
   * Notes the wish; nothing opens before it is confirmed.
   * @throws Fault CONSENT_PATIENT_UNKNOWN
   */
  async ask({ id, patientId, actor, reason, minutes }: GlassRequest): Promise<GlassAccess> {
    const { rowCount } = await this.#pool.query({
      name: 'consent_glass_ask',
      text: `insert into break_glass (tenant, id, patient, patient_id, actor, reason, minutes)
        select $1, $2, s.patient, s.patient_id, $4, $5, $6 from patient_state s
        where s.tenant = $1 and s.patient_id = $3`,
      values: [this.#tenant, id, patientId, actor, reason, minutes],
    });
    if (rowCount === 0) throw consentFault('CONSENT_PATIENT_UNKNOWN');
    return this.find(id);
  }

  /**
   * The second confirmation: opens what the same actor asked for shortly before.
   * @throws Fault CONSENT_GLASS_UNKNOWN, CONSENT_GLASS_NOT_OPEN
   */
  async open(id: string, actor: string): Promise<GlassAccess> {
    return this.#change(id, (tx) =>
      this.#call(tx, 'open_break_glass($1::smallint, $2, $3, make_interval(secs => $4))', [
        id,
        actor,
        GLASS_CONFIRM_MS / 1000,
      ]),
    );
  }

  /** @throws Fault CONSENT_GLASS_UNKNOWN, CONSENT_GLASS_NOT_OPEN */
  async end(id: string, by: string): Promise<GlassAccess> {
    return this.#change(id, (tx) =>
      this.#call(tx, 'end_break_glass($1::smallint, $2, $3)', [id, by]),
    );
  }

  /**
   * Records the verdict, once. One that finds against an access still open ends it as well.
   * @throws Fault CONSENT_GLASS_UNKNOWN, CONSENT_GLASS_NOT_OPEN
   */
  async review(id: string, { verdict, note, by }: GlassReview): Promise<GlassAccess> {
    return this.#change(id, async (tx) => {
      const { rowCount } = await tx.query({
        name: 'consent_glass_review',
        text: `update break_glass g set verdict = $3, note = $4, reviewed = statement_timestamp(),
            reviewed_by = $5
          where g.tenant = $1 and g.id = $2 and g.opened is not null and g.verdict is null
            and g.actor <> $5`,
        values: [this.#tenant, id, verdict, note, by],
      });
      if (rowCount === 0) return false;
      if (verdict === 'unjustified') {
        await this.#call(tx, 'end_break_glass($1::smallint, $2, $3)', [id, by]);
      }
      return true;
    });
  }

  /** @throws Fault CONSENT_GLASS_UNKNOWN */
  async find(id: string): Promise<GlassAccess> {
    const { rows } = await this.#pool.query<Row>({
      name: 'consent_glass_find',
      text: `select ${COLUMNS} from break_glass g where g.tenant = $1 and g.id = $2`,
      values: [this.#tenant, id],
    });
    const [row] = rows;
    if (row === undefined) throw consentFault('CONSENT_GLASS_UNKNOWN');
    return accessOf(row);
  }

  /** Newest first; of one patient, of one actor, or those that await a verdict, oldest first. */
  async list(
    of: { readonly patientId: string } | { readonly actor: string } | 'unreviewed',
  ): Promise<readonly GlassAccess[]> {
    const [which, value] =
      of === 'unreviewed'
        ? ['g.opened is not null and g.verdict is null and $2::text is null', null]
        : 'patientId' in of
          ? ['g.opened is not null and g.patient_id = $2', of.patientId]
          : ['g.actor = $2', of.actor];
    const order = of === 'unreviewed' ? 'g.opened' : 'g.asked desc';
    const { rows } = await this.#pool.query<Row>(
      `select ${COLUMNS} from break_glass g where g.tenant = $1 and ${which} order by ${order} limit $3`,
      [this.#tenant, value, MAX_GLASS_LISTED],
    );
    return rows.map(accessOf);
  }

  // Under the patient's lock, like a write: one that was decided before waits, or is decided anew.
  async #change(id: string, change: (tx: Queryable) => Promise<boolean>): Promise<GlassAccess> {
    const { patientId } = await this.find(id);
    const isChanged = await inTransaction(this.#pool, async (tx) => {
      await lockStreams(tx, this.#tenant, [`Patient/${patientId}`]);
      return change(tx);
    });
    if (!isChanged) throw consentFault('CONSENT_GLASS_NOT_OPEN');
    return this.find(id);
  }

  async #call(tx: Queryable, call: string, values: readonly unknown[]): Promise<boolean> {
    const { rows } = await tx.query<{ done: boolean }>(`select ${call} as done`, [
      this.#tenant,
      ...values,
    ]);
    return rows[0]?.done === true;
  }
}

const accessOf = (row: Row): GlassAccess => ({
  id: row.id,
  patientId: row.patient_id,
  actor: row.actor,
  reason: row.reason,
  askedAt: row.asked.toISOString(),
  openedAt: row.opened?.toISOString(),
  until: row.until?.toISOString(),
  endedAt: row.ended?.toISOString(),
  endedBy: row.ended_by ?? undefined,
  isOpen: row.is_open,
  verdict: row.verdict ?? undefined,
  note: row.note ?? undefined,
  reviewedBy: row.reviewed_by ?? undefined,
});
