import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TenantId } from '@holdfast/kernel';
import type { Pool, PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { PatientProjection } from '../../access-gate.ts';
import { type BulkTools, creation } from '../../bulk/bulk-changes.ts';
import { type BulkRows, bulkRows } from '../../bulk/bulk-rows.ts';
import type { CopyText } from '../../bulk/copy-text.ts';
import { systemsOf } from '../../index-rows.ts';
import { describe } from '../../indexed.ts';
import type { Identified } from '../../write-intent.ts';
import { type Change, planWrite, type WritePlan } from '../../write-plan.ts';
import type { Dictionary } from '../dictionary.ts';
import { dueChanges } from '../write.ts';

export interface BulkLoaderOptions extends Omit<BulkTools, 'dictionary'> {
  readonly tenant: TenantId;
  /** Of the owner, with `bulkSettings`: the application's role is behind the tenant wall. */
  readonly pool: Pool;
  readonly dictionary: Dictionary;
  readonly projections: readonly PatientProjection[];
}

export interface BulkBatch {
  /** Its number; a batch that is there already is passed over. */
  readonly batch: number;
  /** Whole: nothing in it refers to anything outside of it. */
  readonly resources: readonly Identified[];
  /** Storage key of the first; the others follow. */
  readonly firstKey: number;
}

/**
 * Writes resources into a store that nobody uses yet, by COPY: the same rows that `store_write`
 * inserts, the same projections, in one transaction a batch. No events and no audit records. Between
 * `beginBulkLoad` and `finishBulkLoad` only.
 */
export class BulkLoader {
  readonly #options: BulkLoaderOptions;
  #loaded = 0;

  constructor(options: BulkLoaderOptions) {
    this.#options = options;
  }

  async load({ batch, resources, firstKey }: BulkBatch): Promise<void> {
    const { tenant, dictionary } = this.#options;
    const changes: Change[] = [];
    for (const resource of resources) {
      // One by one, so that what a resource was taken apart into is soon forgotten.
      const described = describe(resource);
      await dictionary.register(systemsOf(described.entries));
      changes.push(creation(resource, described, this.#options));
    }
    const plan = planWrite(tenant, changes);
    const rows = bulkRows(tenant, plan, firstKey);
    const client = await this.#options.pool.connect();
    try {
      await client.query(BEGIN);
      await client.query('insert into bulk_load_batch (batch) values ($1)', [batch]);
      for (const table of rows.tables) await copy(client, table);
      await this.#derive(client, plan, rows);
      await client.query('commit');
      await this.#gatherStatistics(client);
    } catch (error) {
      // A connection in the middle of a COPY is of no more use.
      client.release(error as Error);
      throw error;
    }
    client.release();
  }

  /** Soon and then ever more rarely: without, the planner takes these tables to be empty. */
  async #gatherStatistics(client: PoolClient): Promise<void> {
    this.#loaded += 1;
    if (Number.isInteger(Math.log2(this.#loaded))) {
      await client.query('analyze relationship, patient_state, reference_index, resource');
    }
  }

  /** What a write derives from what it wrote, by the same functions. */
  async #derive(client: PoolClient, plan: WritePlan, rows: BulkRows): Promise<void> {
    const { tenant, projections } = this.#options;
    const { members, sources, raises } = rows.sharing;
    if (members.length > 0) {
      await client.query(
        'select store_share_labels($1::smallint, $2::bigint[], $3::bigint[], $4::boolean[])',
        [tenant, members, sources, raises],
      );
    }
    for (const part of partsOf(plan, rows)) {
      for (const projection of projections) {
        const due = dueChanges(part.plan, projection, part.patients);
        if (due.changes.length > 0) await projection.project(client, tenant, due);
      }
    }
  }
}

/** Patients that are derived at once: what a projection does grows with the square of it. */
const PATIENTS_A_PART = 30;

interface PlanPart {
  readonly plan: Pick<WritePlan, 'changes'>;
  readonly patients: readonly (string | null)[];
}

/** The changes in parts, where neighbouring ones of one patient stay together, as a write has them. */
function partsOf({ changes }: WritePlan, rows: BulkRows): readonly PlanPart[] {
  const parts: PlanPart[] = [];
  let [from, seen] = [0, 0];
  rows.patients.forEach((patient, index) => {
    if (index > 0 && patient !== rows.patients[index - 1]) seen += 1;
    if (seen <= PATIENTS_A_PART && index < changes.length - 1) return;
    const to = index === changes.length - 1 ? changes.length : index;
    const patients = rows.patients.slice(from, to);
    parts.push({
      plan: { changes: changes.slice(from, to) },
      patients: patients.map((key) => (key === null ? null : String(key))),
    });
    [from, seen] = [to, 0];
  });
  return parts;
}

// A batch that is lost in a power cut is loaded again. Rows are found by their keys, whatever the
// statistics of a store that was empty a moment ago say, and plans are made once.
const BEGIN = `begin; set local synchronous_commit = off; set local plan_cache_mode = force_generic_plan;
  set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`;

async function copy(client: PoolClient, table: CopyText): Promise<void> {
  const stream = client.query(
    copyFrom(`copy ${table.table} (${table.columns.join(', ')}) from stdin`),
  );
  await pipeline(Readable.from([Buffer.from(table.text())]), stream);
}
