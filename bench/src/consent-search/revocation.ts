import { ConsentProjection } from '@holdfast/consent';
import { typeCode } from '@holdfast/fhir';
import type { ResourceKey } from '@holdfast/kernel';
import { median } from '../quantile.ts';
import { type FilledStore, TENANT } from './filled-store.ts';

const ROUNDS = 9;

/**
 * CPU ms of what a revocation does beside its own write, of a patient with an ordinary record and of the
 * same with every Observation of the store.
 */
export async function revocationFigures(
  { owner, app }: FilledStore,
  cpuMs: (work: () => Promise<unknown>) => Promise<number>,
) {
  const { rows } = await owner.query<{ patient: string }>(
    `select patient from patient_state where patient_id = 'p400'`,
  );
  const patient = rows[0]?.patient ?? '0';
  const projection = new ConsentProjection();
  const revoke = () =>
    projection.project(app, TENANT, {
      changes: [],
      patients: [BigInt(patient) as ResourceKey],
    });
  const measured = async (): Promise<number> => {
    const times: number[] = [];
    await revoke();
    for (let round = 0; round < ROUNDS; round++) times.push(await cpuMs(revoke));
    return median(times);
  };
  const ordinary = await measured();
  await owner.query('update resource set patient = $1 where type = $2', [
    patient,
    typeCode('Observation'),
  ]);
  await owner.query('vacuum analyze resource');
  return { 'revoke.cpuMs': ordinary, 'revoke.large.cpuMs': await measured() };
}
