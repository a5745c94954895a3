import { isResourceId } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import {
  type ReadOutcome,
  type ResourceName,
  read,
  readVersion,
  type StoredVersion,
} from '@holdfast/store';
import { type Audited, MINOR, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { notFound } from './fhir-exchange.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { obliged } from './obliged.ts';
import { actorFor } from './scoped-actor.ts';

export type ReadRequest = ResourceName & {
  /** As in the address: a vread. */
  readonly version?: string | undefined;
  readonly db: Queryable;
};

/** FHIR read and vread: decided in the snapshot that is read, recorded before anything is answered. */
export async function auditedRead(
  { gates, audit, auditEvents }: FhirRoutesOptions,
  who: Audited,
  { version, db, ...name }: ReadRequest,
): Promise<ReadOutcome> {
  if (name.type === 'AuditEvent' && version === undefined) {
    const logged = await auditEvents.read(db, who, name.id);
    if (logged !== null) return { kind: 'found', version: logged, epoch: 0n };
  }
  const source = gates.gateSource(actorFor(who.actor, 'r'), 'read');
  const outcome =
    version === undefined
      ? await read(db, source, name)
      : await readVersion(db, source, { ...name, version: versionNumber(version) });
  const row = outcome.kind === 'absent' ? null : outcome.version;
  const hidden = outcome.kind === 'hidden';
  const address = `${name.type}/${name.id}`;
  await audit.accessed(
    who,
    {
      interaction: version === undefined ? 'read' : 'vread',
      action: 'R',
      target: row === null ? address : `${address}/_history/${row.version}`,
      outcome: outcome.kind === 'found' ? SUCCESS : MINOR,
      epoch: outcome.epoch,
      hidden: row !== null && hidden ? [row.facts] : [],
      named: row === null && name.type === 'Patient' ? [name.id] : [],
    },
    row === null || hidden ? [] : [row.facts],
  );
  return outcome;
}

/** Version ids are ours: an id that is none of them names nothing, however JavaScript reads it. */
function versionNumber(text: string): number {
  if (!isResourceId(text))
    throw serverFault('SERVER_ID_INVALID', { expression: ['meta.versionId'] });
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (version < 2 ** 31) return version;
  throw notFound();
}

/** The version as it may go out. @throws Fault SERVER_GONE, SERVER_RESOURCE_NOT_FOUND */
export function releasedOf(who: Audited, outcome: ReadOutcome): StoredVersion {
  if (outcome.kind === 'gone') throw serverFault('SERVER_GONE');
  if (outcome.kind !== 'found') throw notFound();
  return obliged(who, outcome.version);
}
