import { Readable } from 'node:stream';
import { exportedElements } from '@holdfast/fhir';
import { type ExportPosition, readExport, type StoredVersion } from '@holdfast/store';
import type { FastifyReply } from 'fastify';
import { type Audited, SUCCESS } from '../audit-trail.ts';
import { EXPORT_SEND_ROWS } from '../limits.ts';
import { asyncName } from './async-address.ts';
import { type AskedExport, type ExportedFile, exportScopes } from './export-scope.ts';
import { notFound, type Params } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { obligedText } from './obliged.ts';
import { subsetText } from './search-bundle.ts';

const NDJSON = 'application/fhir+ndjson';
const FILE = /^(\d{1,9})\.ndjson$/;

/**
 * One file of an export. It is read as it is sent, a window at a time: each row as it is now, decided by
 * the consents of the moment, under the rights of whoever asks for it with the same principal; and
 * recorded before it goes out. So nothing is kept that a consent could still forbid.
 */
export async function exportFile(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { id, file } = request.params as Params & { readonly file: string };
  const nth = FILE.exec(file)?.[1];
  const name = asyncName(who, id);
  const state = nth === undefined ? undefined : await options.asyncRequests.state(name);
  if (state?.kind !== 'done' || state.request.kind !== 'export') throw notFound();
  const content = (await options.asyncRequests.parts(name, Number(nth))).get(Number(nth));
  if (content === undefined) throw notFound();
  const asked = state.request.asked as AskedExport; // ours
  const windows = windowsOf(options, who, {
    asked,
    file: JSON.parse(content) as ExportedFile, // ours
    target: request.url.slice(FHIR_BASE.length + 1),
  });
  // The first one decides about the status; after it an answer can only be broken off.
  const first = await windows.next();
  return reply.type(NDJSON).send(Readable.from(textOf(first, windows)));
}

async function* textOf(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void>,
): AsyncGenerator<string, void> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

interface Asked {
  readonly asked: AskedExport;
  readonly file: ExportedFile;
  readonly target: string;
}

async function* windowsOf(
  options: FhirRoutesOptions,
  who: Audited,
  { asked, file, target }: Asked,
): AsyncGenerator<string, void> {
  const { audit, gates, dictionary } = options;
  const { tenant } = who.actor;
  const { type, upTo } = file;
  // It lasts as long as its reader takes: each statement has its limit, the whole has none.
  const pool = options.service?.streaming ?? options.pool;
  const scope = await (await exportScopes({ ...options, pool }, asked, who.actor))(type);
  const context = { db: pool, tenant, dictionary, gates: gates.gateSource(who.actor, 'export') };
  const access = {
    interaction: 'operation-export',
    action: 'R',
    target,
    outcome: SUCCESS,
  } as const;
  // One record for each patient whose data this answer holds, however many windows they are in.
  const told = new Set<string | null>();
  for (let after: ExportPosition | null = file.after; ; ) {
    const range = { after, upTo, rows: EXPORT_SEND_ROWS };
    const { versions, last, epoch } = await readExport(scope, range, context);
    const fresh = versions
      .map(({ facts }) => facts)
      .filter(({ patientId }) => !told.has(patientId));
    if (fresh.length > 0 || told.size === 0) await audit.accessed(who, { ...access, epoch }, fresh);
    for (const { patientId } of fresh) told.add(patientId);
    told.add(null);
    if (versions.length > 0) yield linesOf(who, versions, asked);
    if (last === null) return;
    after = last;
  }
}

function linesOf(
  who: Audited,
  versions: readonly StoredVersion[],
  { elements }: AskedExport,
): string {
  const lines = versions.map((version) => {
    const { type } = version;
    const content = obligedText(who.actor, version);
    const named = exportedElements(elements, type);
    return named === undefined ? content : subsetText(content ?? '{}', { elements: named });
  });
  return `${lines.join('\n')}\n`;
}
