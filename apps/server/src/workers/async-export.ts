import type { AsyncHandler, AsyncWork } from '@holdfast/async-requests';
import type { Actor } from '@holdfast/consent';
import { countExport } from '@holdfast/store';
import { asyncUrl } from '../http/async-address.ts';
import { type AskedExport, type ExportedFile, exportScopes } from '../http/export-scope.ts';
import type { FhirRoutesOptions } from '../http/fhir-routes-options.ts';
import { EXPORT_COUNT_ROWS } from '../limits.ts';
import { advance, BEGINNING, type ExportProgress } from './export-progress.ts';

/**
 * Lays an export out: walks each type once, counts what may go out, and notes where each file begins
 * and ends. After every window its place is kept in the database, so that a successor goes on there.
 */
export function asyncExport(options: FhirRoutesOptions): AsyncHandler {
  return async (work) => {
    const asked = work.asked as AskedExport; // written by the kick-off
    const actor = work.actor as Actor;
    const { types } = asked;
    const { tenant } = actor;
    const { pool: db, dictionary, gates } = options;
    const scopeOf = await exportScopes(options, asked, actor);
    const context = { db, tenant, dictionary, gates: gates.gateSource(actor, 'export') };
    let progress = (work.progress ?? BEGINNING) as ExportProgress; // written below
    for (let type = types[progress.type]; type !== undefined; type = types[progress.type]) {
      const scope = await scopeOf(type);
      const range = { after: progress.after, rows: EXPORT_COUNT_ROWS };
      const window = await countExport(scope, range, context);
      const next = advance(progress, window, type);
      await work.settle(db, {
        progress: next.progress,
        said: `${next.progress.type} of ${types.length} types, ${next.progress.counted} resources`,
        ...(next.file !== undefined && {
          parts: new Map([[progress.files, JSON.stringify(next.file)]]),
        }),
      });
      ({ progress } = next);
    }
    return { status: 200, text: await manifest(options, work), keepParts: true };
  };
}

async function manifest(options: FhirRoutesOptions, work: AsyncWork): Promise<string> {
  const { request, until } = work.asked as AskedExport;
  const files = [...(await work.settled())].map(([nth, content]) => {
    const { type, count } = JSON.parse(content) as ExportedFile; // written above
    return { type, url: `${asyncUrl(options, work.id)}/${nth}.ndjson`, count };
  });
  return JSON.stringify({
    transactionTime: new Date(until).toISOString(),
    request,
    requiresAccessToken: true,
    output: files,
    error: [],
  });
}
