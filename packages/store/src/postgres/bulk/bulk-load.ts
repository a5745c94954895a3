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
import { planWrite, type WritePlan } from '../../write-plan.ts';
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

  constructor(options: BulkLoaderOptions) {
    this.#options = options;
  }

  async load({ batch, resources, firstKey }: BulkBatch): Promise<void> {
    const { tenant, dictionary } = this.#options;
    const described = resources.map((resource) => describe(resource));
    await dictionary.register(described.flatMap(({ entries }) => [...systemsOf(entries)]));
    const changes = resources.map((resource, nth) =>
      creation(resource, described[nth] ?? describe(resource), this.#options),
    );
    const plan = planWrite(tenant, changes);
    const rows = bulkRows(tenant, plan, firstKey);
    const client = await this.#options.pool.connect();
    try {
      await client.query(BEGIN);
      await client.query('insert into bulk_load_batch (batch) values ($1)', [batch]);
      for (const table of rows.tables) await copy(client, table);
      await this.#derive(client, plan, rows);
      await client.query('commit');
    } catch (error) {
      // A connection in the middle of a COPY is of no more use.
      client.release(error as Error);
      throw error;
    }
    client.release();
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
    const patients = rows.patients.map((key) => (key === null ? null : String(key)));
    for (const projection of projections) {
      const due = dueChanges(plan, projection, patients);
      if (due.changes.length > 0) await projection.project(client, tenant, due);
    }
  }
}

// A batch that is lost in a power cut is loaded again. Plans are made anew: those of an empty store,
// kept by the functions that derive, would read whole tables of a full one.
const BEGIN = `begin; set local synchronous_commit = off; set local plan_cache_mode = force_custom_plan;
  set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`;

async function copy(client: PoolClient, table: CopyText): Promise<void> {
  const stream = client.query(
    copyFrom(`copy ${table.table} (${table.columns.join(', ')}) from stdin`),
  );
  await pipeline(Readable.from([Buffer.from(table.text())]), stream);
}
