import { Fault, type ResourceKey, type TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import { lockStreams } from '@holdfast/store';
import type { Pool } from 'pg';
import { CLASS_FORMAT } from '../compile/canonical-class.ts';
import { PROJECTED_A_BATCH } from '../limits.ts';
import { ConsentProjection } from './consent-projection.ts';

interface DuePatient {
  readonly patient: string;
  readonly patient_id: string;
}

// The format is the first member of every class's text.
const DUE = {
  name: 'consent_project_again',
  text: `select s.patient, s.patient_id from patient_state s
    join consent_class c on c.tenant = s.tenant and c.id = s.consent_class
    where s.tenant = $1 and s.patient > $2 and not starts_with(c.canonical, $3)
    order by s.patient limit $4`,
};

export interface ProjectedAgain {
  readonly projected: number;
  /** Patients whose consents are beyond what this program enforces: their data stays hidden. */
  readonly refused: number;
}

/**
 * Projects the consents of patients whose class is of another format than this program's: until then
 * such a class denies. Returns when none is left, or between two patients when `signal` ends it.
 */
export async function projectAgain(
  pool: Pool,
  tenant: TenantId,
  signal: AbortSignal,
): Promise<ProjectedAgain> {
  const count = { projected: 0, refused: 0 };
  let after = '0';
  for (;;) {
    const { rows } = await pool.query<DuePatient>({
      ...DUE,
      values: [tenant, after, `{"format":${CLASS_FORMAT},`, PROJECTED_A_BATCH],
    });
    for (const due of rows) {
      if (signal.aborted) return count;
      count[await projectOne(pool, tenant, due)]++;
      after = due.patient;
    }
    if (rows.length < PROJECTED_A_BATCH) return count;
  }
}

async function projectOne(
  pool: Pool,
  tenant: TenantId,
  { patient, patient_id }: DuePatient,
): Promise<keyof ProjectedAgain> {
  try {
    await inTransaction(pool, async (tx) => {
      await lockStreams(tx, tenant, [`Patient/${patient_id}`]);
      await new ConsentProjection().project(tx, tenant, {
        changes: [],
        patients: [BigInt(patient) as ResourceKey],
      });
    });
    return 'projected';
  } catch (error) {
    if (error instanceof Fault) return 'refused';
    throw error;
  }
}
