import { ENDPOINTS, type Endpoint, urlOf } from '@holdfast/api-contract';

/** The request behind a screen as curl; the token stays a variable, so it never reaches a paste. */
export function curlOf(
  origin: string,
  endpoint: Endpoint,
  path: Record<string, string> = {},
): string {
  const auth = endpoint.auth === 'bearer' ? ' -H "Authorization: Bearer $HOLDFAST_TOKEN"' : '';
  const stream = endpoint.answer.contentType === 'text/event-stream' ? ' -N' : '';
  return `curl -s${stream}${auth} '${urlOf(origin, endpoint, { path })}'`;
}

/** A command that gives a quiet server something to show: a patient, written over FHIR. */
export const createPatientCommand = (origin: string): string =>
  [
    'curl -s -H "Authorization: Bearer $HOLDFAST_TOKEN"',
    "-H 'Content-Type: application/fhir+json'",
    `-d '{"resourceType":"Patient","active":true}' '${origin}${FHIR_BASE}/Patient'`,
  ].join(' \\\n  ');

/** Asks for a token as somebody who may write. */
export const tokenCommand = (origin: string, persona: string): string =>
  [
    `export HOLDFAST_TOKEN=$(curl -s '${urlOf(origin, ENDPOINTS.issueToken, {})}'`,
    `-H 'Content-Type: application/json' -d '{"persona":"${persona}"}'`,
    '| node -p \'JSON.parse(require("fs").readFileSync(0)).access_token\')',
  ].join(' \\\n  ');

/** What somebody who may not open this console does instead: the record, over FHIR. */
export const readPatientsCommand = (origin: string): string =>
  [
    'curl -s -H "Authorization: Bearer $HOLDFAST_TOKEN"',
    `'${origin}${FHIR_BASE}/Patient?_count=3'`,
  ].join(' \\\n  ');

/** Where the server answers FHIR. */
export const FHIR_BASE = '/fhir/R4';

export const VERIFY_COMMAND = 'npx holdfast ledger verify';

/** Stops the embedded database as an operator would; its first line is its process number. */
export const BREAK_DATABASE_COMMAND =
  'D=$(cat .holdfast/postgres/location 2>/dev/null || echo .holdfast/postgres)\nkill -INT $(head -1 $D/cluster/postmaster.pid)';
