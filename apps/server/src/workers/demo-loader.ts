import type { Actor, ConsentGates } from '@holdfast/consent';
import { planTransaction, type Resource } from '@holdfast/fhir';
import { type Clock, type RequestId, type TenantId } from '@holdfast/kernel';
import type { FhirRepository } from '@holdfast/store';
import type { Pool } from 'pg';
import type { AuditTrail } from '../audit-trail.ts';
import { FIRST_TENANT } from '../config.ts';
import { demoPopulation } from '../demo/index.ts';

interface DemoLoaderOptions {
  readonly repository: FhirRepository;
  readonly gates: ConsentGates;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly pool: Pool;
  readonly onProgress: (line: string) => void;
}

const LOADER: Actor = {
  tenant: FIRST_TENANT as TenantId,
  principal: 'Device/holdfast-demo',
  closure: ['Device/holdfast-demo'],
  roles: ['system'],
  purposes: ['RECORDMGT'],
  emergency: false,
  tokenId: 'holdfast-demo',
};

const SEED = 2_026;

/** Loads the demo population where there is nothing yet. @returns whether it did */
export async function loadDemo(options: DemoLoaderOptions): Promise<boolean> {
  const { repository, gates, audit, clock, pool, onProgress } = options;
  const { rows } = await pool.query<{ filled: boolean }>(
    'select exists (select from resource where tenant = $1) as filled',
    [FIRST_TENANT],
  );
  if (rows[0]?.filled) return false;
  onProgress(
    'Loading a small demo population: 24 made-up patients of a behavioural-health practice',
  );
  const who = { actor: LOADER, requestId: 'demo-population' as RequestId };
  let resources = 0;
  for (const bundle of demoPopulation({ seed: SEED, clock })) {
    const plan = planTransaction(bundle as unknown as Resource, {
      newId: () => crypto.randomUUID(),
    });
    if (!plan.ok)
      throw new Error(`the demo population is not valid: ${plan.error[0]?.diagnostics}`);
    const changes = await repository.write(
      plan.value.entries.flatMap((entry) =>
        'resource' in entry
          ? [
              {
                kind: 'put' as const,
                resource: entry.resource as Resource & { readonly id: string },
              },
            ]
          : [],
      ),
      {
        gates: gates.gateSource(LOADER, 'write'),
        actor: LOADER.principal,
        requestId: who.requestId,
        audit: audit.forWrite(who),
      },
    );
    resources += changes.length;
  }
  onProgress(`Loaded ${resources} resources`);
  return true;
}
