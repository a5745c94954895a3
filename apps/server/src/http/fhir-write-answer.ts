import { type Issue, operationOutcome } from '@holdfast/fhir';
import { type Change, redacted, type StoredVersion, type WriteOutcome } from '@holdfast/store';
import type { FastifyReply } from 'fastify';
import { type Audited, MINOR, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { withVersion } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE } from './fhir-handler.ts';
import { preferenceOf, type Returns } from './fhir-preference.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { obliged } from './obliged.ts';

/** A write answers with the version it made, or the one that was there already, as Prefer asks. */
export async function answerWrite(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
  outcome: WriteOutcome,
): Promise<FastifyReply> {
  if (outcome.kind === 'nothing') throw serverFault('SERVER_INTERNAL');
  const found = outcome.kind === 'found' ? await releasedOf(options, who, outcome.version) : null;
  const shown = outcome.kind === 'written' || found !== null;
  const version =
    outcome.kind === 'found' ? obliged(who, found ?? outcome.version) : outcome.change;
  const { type, id } = version;
  request.facts.patientId = patientOf(outcome);
  withVersion(reply, version)
    .code(statusOf(outcome))
    .header(
      'location',
      `${options.baseUrl()}${FHIR_BASE}/${type}/${id}/_history/${version.version}`,
    );
  const { returns = 'representation' } = preferenceOf(request.headers['prefer']);
  if (returns === 'OperationOutcome') {
    return reply.type(FHIR_JSON).send(doneWith(request.facts.warnings));
  }
  return send(reply, shown ? returns : 'minimal', version.content);
}

/**
 * Nothing was written, but what was there may go out: that is a read, decided and recorded.
 * @returns the version as it may be shown; null where it may not
 */
async function releasedOf(
  { gates, audit, clock }: FhirRoutesOptions,
  who: Audited,
  found: StoredVersion,
): Promise<StoredVersion | null> {
  const { type, id, version, facts } = found;
  const gate = gates.gateSource(who.actor, 'read').current();
  const release = gate.decide(facts, clock.now().getTime());
  const released = release.kind === 'release' || release.kind === 'redact';
  const target = `${type}/${id}/_history/${version}`;
  const access = { interaction: 'create', action: 'R', target, epoch: gate.epoch } as const;
  const outcome = released ? SUCCESS : MINOR;
  const hidden = released ? [] : [facts];
  await audit.accessed(who, { ...access, outcome, hidden }, released ? [facts] : []);
  if (!released) return null;
  return release.kind === 'redact' ? redacted(found, release.elements) : found;
}

export const statusOf = (outcome: WriteOutcome): 200 | 201 =>
  outcome.kind === 'written' && outcome.change.interaction === 'create' ? 201 : 200;

const patientOf = (outcome: { version: StoredVersion } | { change: Change }): string | null =>
  'version' in outcome ? outcome.version.facts.patientId : outcome.change.owner;

export async function answerDelete(
  { request, reply }: Exchange,
  outcome: WriteOutcome,
): Promise<FastifyReply> {
  if (outcome.kind === 'written') withVersion(reply, outcome.change);
  const { returns } = preferenceOf(request.headers['prefer']);
  if (returns === 'OperationOutcome') return send(reply.code(200), returns, null);
  return reply.code(204).send();
}

function send(reply: FastifyReply, returns: Returns, content: string | null): FastifyReply {
  if (returns === 'minimal') return reply.send();
  const text = returns === 'OperationOutcome' ? DONE : content;
  return reply.type(FHIR_JSON).send(text);
}

const CARRIED_OUT: Issue = {
  severity: 'information',
  code: 'informational',
  diagnostics: 'The request was carried out.',
};

export const DONE = JSON.stringify(operationOutcome([CARRIED_OUT]));

/** Done, and what the policy only warns of. */
const doneWith = (warnings: readonly Issue[]): string =>
  warnings.length === 0 ? DONE : JSON.stringify(operationOutcome([CARRIED_OUT, ...warnings]));
