import { AsyncRunner } from '@holdfast/async-requests';
import { systemTimers, type TenantId } from '@holdfast/kernel';
import type { Pool } from 'pg';
import { failureOf } from '../http/bundle-result.ts';
import type { FhirRoutesOptions } from '../http/fhir-routes-options.ts';
import { asyncBundle } from '../workers/async-bundle.ts';
import { asyncExport } from '../workers/async-export.ts';

export interface AsyncRunnerOptions {
  /** Over the connections of bulk work. */
  readonly fhir: FhirRoutesOptions & { readonly pool: Pool };
  readonly tenant: TenantId;
  /** The database owner's address. */
  readonly url: string;
  readonly trouble: (error: unknown) => void;
}

/** What carries asynchronous requests out; of all processes one does at a time. */
export function openAsyncRunner({ fhir, tenant, url, trouble }: AsyncRunnerOptions): AsyncRunner {
  return new AsyncRunner({
    url,
    pool: fhir.pool,
    tenant,
    handlers: { bundle: asyncBundle(fhir), export: asyncExport(fhir) },
    failed: (error) => {
      const { status, outcome } = failureOf(error);
      return { status, text: outcome };
    },
    timers: systemTimers,
    random: fhir.random,
    trouble,
  });
}
