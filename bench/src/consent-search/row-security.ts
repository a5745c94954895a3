import type { FilledStore } from './filled-store.ts';

/**
 * The same decision as PostgreSQL's row-level security says it best: one policy, its sub-select by
 * primary keys, who asks in a setting.
 */
const POLICY = `create policy bench_consent on resource as restrictive for select to holdfast_app using (
    confidentiality <= 3 and exists (
      select from patient_state s
      join kept_back k on k.form = substr(s.patient_id, 2)::integer % 60
      where s.tenant = resource.tenant and s.patient = resource.patient
        and s.ties @> array[current_setting('bench.tie')] and resource.sensitivity & k.mask = 0))`;

/** Runs work while the policy stands, as who is tied to patients as that principal. */
export async function withRowSecurity(
  { owner, app }: Pick<FilledStore, 'owner' | 'app'>,
  principal: string,
  work: () => Promise<void>,
): Promise<void> {
  await owner.query(POLICY);
  try {
    await app.query(`select set_config('bench.tie', $1, false)`, [`care-team:${principal}`]);
    await work();
  } finally {
    await owner.query('drop policy bench_consent on resource');
  }
}
