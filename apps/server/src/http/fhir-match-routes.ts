import { type Issue, searchsetBundle } from '@holdfast/fhir';
import {
  findCandidates,
  type JudgedCandidate,
  judgeCandidates,
  type NormalRecord,
  normalise,
  patientRecord,
  type Scorer,
  storedKeys,
} from '@holdfast/identity';
import { readSeveral, type StoredVersion } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { comparable } from '../workers/identity-matching.ts';
import { FHIR_JSON } from './app.ts';
import { invalid, resourceText } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { readMatchRequest } from './match-request.ts';
import { obliged } from './obliged.ts';

/**
 * `Patient/$match` (https://hl7.org/fhir/R4/patient-operation-match.html, IHE ITI-119). Scores are of
 * what the asker may see, and made of nothing else: a hidden patient changes no answer.
 */
export function registerFhirMatchRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const handler = fhirHandler(options, match);
  app.post(`${FHIR_BASE}/Patient/$match`, handler);
}

async function match(
  { pool, gates, audit, scorer, baseUrl }: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const asked = readMatchRequest(jsonOf(resourceText(request)));
  if (!asked.ok) throw invalid(400, asked.error);
  const { patient, onlyCertainMatches, count, warnings } = asked.value;
  const { tenant } = who.actor;
  const record = normalise(patientRecord(patient, ''));
  const keys = storedKeys(record);
  const ids = await findCandidates(pool, { tenant }, keys);
  const names = ids.map((id) => ({ type: 'Patient' as const, id }));
  const source = gates.gateSource(who.actor, 'read');
  // Who is found, and how well, tells of elements that are kept back.
  if (source.current().hides('Patient').length > 0) throw serverFault('SERVER_FORBIDDEN');
  const { versions, epoch } = await readSeveral(pool, source, { tenant, names });
  const likely = judgeCandidates(record, recordsIn(versions), scorer).filter(
    ({ judgement }) => judgement.grade !== 'certainly-not',
  );
  const matches = (onlyCertainMatches ? certainOf(likely, scorer) : likely).slice(0, count);
  const shown = matches.flatMap((each) => {
    const version = versions.find(({ id }) => id === each.record.id);
    return version === undefined ? [] : [{ ...each, version }];
  });
  await audit.accessed(
    who,
    {
      interaction: 'operation-match',
      action: 'E',
      target: 'Patient/$match',
      outcome: SUCCESS,
      epoch,
    },
    shown.map(({ version }) => version.facts),
  );
  const root = `${baseUrl()}${FHIR_BASE}`;
  const bundle = searchsetBundle({
    total: shown.length,
    links: [],
    entries: shown.map(({ version, judgement, score }) => ({
      fullUrl: `${root}/Patient/${version.id}`,
      text: obliged(who, version).content ?? '{}',
      mode: 'match',
      match: { grade: judgement.grade, score: score.probability },
    })),
    issues: keys.length === 0 ? [...warnings, TOO_LITTLE] : warnings,
  });
  return reply.type(FHIR_JSON).send(bundle);
}

const TOO_LITTLE: Issue = {
  severity: 'warning',
  code: 'required',
  diagnostics: 'What was sent is too little to look for anybody.',
  mend: 'Send an identifier, a birth date, a phone number, an e-mail address, or both names.',
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'The body is not JSON.' });
  }
}

const recordsIn = (versions: readonly StoredVersion[]): readonly NormalRecord[] =>
  versions.flatMap((version) => comparable(version) ?? []);

/** Those that are certain, where all of them are certainly one person; else none (ITI-119, case 5). */
function certainOf(likely: readonly JudgedCandidate[], scorer: Scorer): readonly JudgedCandidate[] {
  const certain = likely.filter(({ judgement }) => judgement.grade === 'certain');
  const isOnePerson = certain.every(({ record }, at) =>
    judgeCandidates(
      record,
      certain.slice(at + 1).map((each) => each.record),
      scorer,
    ).every(({ judgement }) => judgement.grade === 'certain'),
  );
  return isOnePerson ? certain : [];
}
