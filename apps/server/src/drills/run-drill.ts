import type { IncidentDetail, IncidentList, IncidentPatients } from '@holdfast/api-contract';
import { systemClock } from '@holdfast/kernel';
import { VISIBILITY_LIMITS } from '@holdfast/visibility';
import type { Affected, Drill, DrillVerdict, DrillWorld } from './drill.ts';
import { pause, until } from './until.ts';

/** An operator is told this soon, or the drill has failed. */
const WITHIN_MS = 30_000;

/** Patients of the ward: some are reached, the others must not be. */
const WARD = 8;

/** Without a while of calm nothing tells what is new. */
const CALM_MS = 2 * VISIBILITY_LIMITS.attemptSlotMs;

interface Seen {
  readonly causes: readonly string[];
  readonly patients: readonly string[];
  readonly located: readonly string[];
}

/** Puts the fault into the world and holds the incident against the truth. */
export async function runDrill(drill: Drill, world: DrillWorld): Promise<DrillVerdict> {
  const ward = await openWard(world);
  await drill.calm(world, ward);
  await pause(CALM_MS);
  const before = new Set((await incidents(world)).map(({ id }) => id));
  const from = systemClock.monotonicMs();
  const affected = await drill.inject(world, ward);
  const seen = await until(() => look(world, before), {
    isSo: (each) => isCauseFirst(drill, each) && isExact(affected, each),
    withinMs: Math.max(0, WITHIN_MS - (systemClock.monotonicMs() - from)),
  });
  return {
    drill: drill.name,
    causeFirst: isCauseFirst(drill, seen),
    // A fault that reached nobody shows nothing.
    affectedExact: affected.size > 0 && isExact(affected, seen),
    tookMs: systemClock.monotonicMs() - from,
    expected: { cause: drill.cause, patients: affected.size },
    found: { causes: seen.causes, patients: seen.patients.length, located: seen.located },
  };
}

const isCauseFirst = ({ cause }: Drill, { causes }: Seen): boolean =>
  causes.length === 1 && causes[0] === cause;

const isExact = (affected: Affected, { patients }: Seen): boolean =>
  patients.length === affected.size && patients.every((one) => affected.has(one));

async function openWard({ call }: DrillWorld): Promise<string[]> {
  const ward = Array.from({ length: WARD }, (_, bed) => `drill-${bed + 1}`);
  for (const id of ward) {
    const body = JSON.stringify({ resourceType: 'Patient', id, birthDate: '1980-01-01' });
    const { status } = await call('importer', `/fhir/R4/Patient/${id}`, { method: 'PUT', body });
    if (status >= 300) throw new Error(`the ward's ${id} was answered with ${status}`);
  }
  return ward;
}

async function incidents({ call }: DrillWorld): Promise<IncidentList['incidents']> {
  const { status, body } = await call('operator', '/operations/incidents');
  // While the database is away nobody can look: it is looked again.
  return status === 200 ? (body as IncidentList).incidents : [];
}

/** All incidents since the fault, with everybody whom they reached. */
async function look(world: DrillWorld, before: ReadonlySet<string>): Promise<Seen> {
  const opened = (await incidents(world)).filter(({ id }) => !before.has(id));
  const patients = new Set<string>();
  const located: string[] = [];
  for (const { id } of opened) {
    const named = await world.call('operator', `/operations/incidents/${id}/patients`);
    if (named.status !== 200) continue;
    for (const one of (named.body as IncidentPatients).ids) patients.add(one);
    const detail = await world.call('operator', `/operations/incidents/${id}`);
    if (detail.status !== 200) continue;
    for (const cause of (detail.body as IncidentDetail).located?.causes ?? []) {
      located.push(`${cause.summary} (${cause.evidence})`);
    }
  }
  return { causes: opened.map(({ cause }) => cause), patients: [...patients], located };
}
