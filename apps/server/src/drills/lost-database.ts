import type { Drill, DrillWorld } from './drill.ts';
import { until } from './until.ts';

/** How long after its end a database may still answer on sessions that outlive it. */
const LINGERS_MS = 5_000;

/** Reads before the fault, of each patient. */
const CALM_READS = 5;

/** Reads during it: that many at once, as a ward makes them. */
const READS_AT_ONCE = 5;

const read = async ({ call }: DrillWorld, patient: string): Promise<number> =>
  (await call('clinician', `/fhir/R4/Patient/${patient}`)).status;

/** The database is killed while patients are read. */
export const lostDatabase: Drill = {
  name: 'lost-database',
  summary: 'PostgreSQL is killed while records are read',
  cause: 'postgres-unavailable',
  async calm(world, ward) {
    for (let nth = 0; nth < CALM_READS; nth++) {
      for (const patient of ward) await read(world, patient);
      await world.call('operator', '/health/live');
    }
  },
  async inject(world, ward) {
    const pid = world.server.databasePid();
    if (pid === undefined) throw new Error('this drill kills an embedded database only');
    process.kill(pid, 'SIGKILL');
    const affected = new Set<string>();
    // Half of the ward is asked for; the others must not be among the affected.
    for (const patient of ward.slice(0, Math.ceil(ward.length / 2))) {
      const isSo = (status: number) => status >= 500;
      if (isSo(await until(() => read(world, patient), { isSo, withinMs: LINGERS_MS }))) {
        affected.add(patient);
        await Promise.all(Array.from({ length: READS_AT_ONCE }, () => read(world, patient)));
      }
      await world.call('operator', '/health/live');
    }
    return affected;
  },
};
