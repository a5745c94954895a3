import {
  ConsentGates,
  ConsentProjection,
  MembershipProjection,
  RelationshipProjection,
} from '@holdfast/consent';
import { indexedParametersOf, resourceTypes } from '@holdfast/fhir';
import { systemClock, type TenantId } from '@holdfast/kernel';
import { Population } from '@holdfast/population';
import { createPool } from '@holdfast/postgres';
import { BULK_APPLICATION, BulkLoader, Dictionary } from '@holdfast/store';
import { batchOf, KEYS_A_BATCH } from './batches.ts';

/** What a process of the load has to know. */
export interface LoadJob {
  /** Of the owner: holds a password, never log it. */
  readonly url: string;
  readonly tenant: TenantId;
  readonly seed: number;
  readonly asOf: string;
  readonly patients: number;
  readonly firstKey: number;
  /** RFC 3339: `meta.lastUpdated` of all of it. */
  readonly updated: string;
}

export interface Loader {
  /** @returns resources written */
  load(batch: number): Promise<number>;
  close(): Promise<void>;
}

/** Generates, indexes and copies batches over one connection. */
export async function openLoader(job: LoadJob): Promise<Loader> {
  const { url, tenant, updated, patients, firstKey } = job;
  const pool = createPool({ url, tenant, applicationName: BULK_APPLICATION, max: 1 });
  try {
    const gates = new ConsentGates({ database: () => pool, clock: systemClock });
    await gates.warm(tenant);
    const parameters = resourceTypes.flatMap((type) =>
      indexedParametersOf(type).map((code) => ({ type, code })),
    );
    const loader = new BulkLoader({
      tenant,
      pool,
      dictionary: await Dictionary.load(pool, parameters),
      labelsOf: (resource) => gates.labels(tenant, resource),
      projections: [
        new ConsentProjection(),
        new RelationshipProjection(),
        new MembershipProjection(),
      ],
      updated,
    });
    const population = new Population(job);
    return {
      load: async (batch) => {
        const resources = batchOf(population, batch, patients);
        await loader.load({ batch, resources, firstKey: firstKey + batch * KEYS_A_BATCH });
        return resources.length;
      },
      close: () => pool.end(),
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
