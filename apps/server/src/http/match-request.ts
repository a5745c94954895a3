import { type Issue, isJsonObject, type JsonObject } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import { MATCHES_MAX } from '../limits.ts';

/** What `Patient/$match` was asked (https://hl7.org/fhir/R4/patient-operation-match.html). */
export interface MatchRequest {
  readonly patient: JsonObject;
  readonly onlyCertainMatches: boolean;
  readonly count: number;
  /** Said beside the matches. */
  readonly warnings: readonly Issue[];
}

/** Reads Parameters, or a Patient by itself; it need be neither complete nor valid. */
export function readMatchRequest(body: unknown): Result<MatchRequest, readonly Issue[]> {
  if (!isJsonObject(body)) return refused('', 'The body is no JSON object.');
  if (body['resourceType'] === 'Patient') return ok(asked(body, {}, []));
  if (body['resourceType'] !== 'Parameters') {
    return refused('resourceType', 'It is neither Parameters nor a Patient.');
  }
  const list = Array.isArray(body['parameter']) ? body['parameter'] : [];
  const parameters = list.filter(isJsonObject);
  const of = (name: string): JsonObject | undefined =>
    parameters.find((each) => each['name'] === name);
  const patient = of('resource')?.['resource'];
  if (!isJsonObject(patient) || patient['resourceType'] !== 'Patient') {
    return refused('Parameters.parameter', 'No parameter "resource" holds a Patient.');
  }
  const only = of('onlyCertainMatches');
  if (only !== undefined && typeof only['valueBoolean'] !== 'boolean') {
    return refused('onlyCertainMatches', 'It has no valueBoolean.');
  }
  const count = of('count');
  const number = count?.['valueInteger'];
  if (
    count !== undefined &&
    !(typeof number === 'number' && Number.isInteger(number) && number > 0)
  ) {
    return refused('count', 'It has no valueInteger above 0.');
  }
  const unknown = parameters
    .map(({ name }) => (typeof name === 'string' ? name : 'name'))
    .filter((name) => !KNOWN.has(name));
  const warnings = unknown.map(
    (name): Issue => ({
      severity: 'warning',
      code: 'not-supported',
      diagnostics: `${name}: this parameter was ignored`,
      mend: 'See OperationDefinition/Patient-match.',
    }),
  );
  return ok(
    asked(
      patient,
      {
        ...(typeof only?.['valueBoolean'] === 'boolean' && { only: only['valueBoolean'] }),
        ...(typeof number === 'number' && { count: number }),
      },
      warnings,
    ),
  );
}

const KNOWN: ReadonlySet<string> = new Set(['resource', 'onlyCertainMatches', 'count']);

const asked = (
  patient: JsonObject,
  { only = false, count = MATCHES_MAX }: { readonly only?: boolean; readonly count?: number },
  warnings: readonly Issue[],
): MatchRequest => ({
  patient,
  onlyCertainMatches: only,
  count: Math.min(count, MATCHES_MAX),
  warnings,
});

const refused = (expression: string, diagnostics: string): Result<never, readonly Issue[]> =>
  err([
    {
      severity: 'error',
      code: 'invalid',
      diagnostics,
      ...(expression !== '' && { expression }),
      mend: 'Send Parameters with "resource", a Patient of what is known, or the Patient itself.',
    },
  ]);
