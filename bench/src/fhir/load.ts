import { ConsentGates } from '@holdfast/consent';
import { indexedParametersOf, resourceTypes } from '@holdfast/fhir';
import { systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import {
  type AccessGate,
  CursorSeal,
  Dictionary,
  FhirRepository,
  type WriteContext,
} from '@holdfast/store';
import { RESOURCES_PER_PATIENT, recordOf } from './population.ts';

const TENANT = 1 as TenantId;
/** Patients a transaction: some 240 resources in one statement, below the limit of stream locks. */
const PATIENTS_A_WRITE = 12;
const WRITERS = 4;
const PROGRESS_PARTS = 10;

export interface LoadPlan {
  /** Of the database's owner. */
  readonly databaseUrl: string;
  /** Numbers of the patients to load: from `from` up to and without `to`. */
  readonly from: number;
  readonly to: number;
  readonly log: (line: string) => void;
}

/** Nobody is served while the population is loaded, so nobody has to be asked. */
const gate: AccessGate = {
  epoch: BigInt(Number.MAX_SAFE_INTEGER),
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ kind: 'release' }),
  hides: () => [],
  releasable: () => 'true',
};

const context: WriteContext = {
  gates: { current: () => gate, refresh: async () => gate },
  actor: 'Device/bench-loader',
  requestId: 'bench-load',
  audit: {
    prepare: () => ({ rows: [], keys: [] }),
    committed: () => undefined,
    release: () => undefined,
    refused: async () => undefined,
  },
};

/**
 * Loads patients with the store's own writes, a few hundred resources a statement: same rows, same
 * indexes, same events as over HTTP; without validation, decision and audit records.
 * @returns resources a second
 */
export async function loadPopulation({ databaseUrl, from, to, log }: LoadPlan): Promise<number> {
  const pool = createPool({ url: databaseUrl, role: 'holdfast_app', tenant: TENANT, max: WRITERS });
  try {
    const parameters = resourceTypes.flatMap((type) =>
      indexedParametersOf(type).map((code) => ({ type, code })),
    );
    const labels = new ConsentGates({ database: () => pool, clock: systemClock });
    const repository = new FhirRepository({
      tenant: TENANT,
      pool,
      dictionary: await Dictionary.load(pool, parameters),
      seal: new CursorSeal(new Uint8Array(32), systemRandom),
      clock: systemClock,
      random: systemRandom,
      labelsOf: (resource) => labels.labels(TENANT, resource),
      projections: [],
    });
    const started = performance.now();
    const part = Math.ceil((to - from) / PROGRESS_PARTS);
    let next = from;
    let loaded = 0;
    const writer = async () => {
      while (next < to) {
        const first = next;
        next = Math.min(to, first + PATIENTS_A_WRITE);
        const resources = Array.from({ length: next - first }, (_, n) =>
          recordOf(first + n),
        ).flat();
        await repository.write(
          resources.map((resource) => ({ kind: 'create', resource })),
          context,
        );
        const before = Math.floor(loaded / part);
        loaded += resources.length / RESOURCES_PER_PATIENT;
        if (Math.floor(loaded / part) > before) log(`${from + loaded} patients of ${to} loaded`);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
    return ((to - from) * RESOURCES_PER_PATIENT * 1_000) / (performance.now() - started);
  } finally {
    await pool.end();
  }
}
