import type { EventFilter, Interaction } from '@holdfast/events';
import { type Issue, isResourceId, isResourceType } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';

/** What a client of `/events` wants to hear of. */
export interface EventQuestion {
  readonly filter: Pick<EventFilter, 'resourceTypes' | 'interactions'>;
  /** Id of the one patient whose events are wanted; null: anybody's and nobody's. */
  readonly patient: string | null;
}

const INTERACTIONS: readonly string[] = ['create', 'update', 'delete'] satisfies Interaction[];
const PARAMETERS: readonly string[] = ['type', 'interaction', 'patient'];

/**
 * Reads the filters of the stream of changes. One that was not understood would wait for ever, or tell of
 * everything: each is refused by its name.
 */
export function readEventQuestion(query: URLSearchParams): Result<EventQuestion, readonly Issue[]> {
  const list = (name: string) => query.getAll(name).flatMap((each) => each.split(','));
  const [types, interactions, patients] = [
    list('type'),
    list('interaction'),
    query.getAll('patient'),
  ];
  const problems = [
    ...[...new Set(query.keys())]
      .filter((name) => !PARAMETERS.includes(name))
      .map((name) =>
        problem(name, 'there is no such parameter here', `Use ${PARAMETERS.join(', ')}.`),
      ),
    ...(types.every(isResourceType)
      ? []
      : [problem('type', 'no resource type of R4', 'Give names such as Observation, by commas.')]),
    ...(interactions.every((each) => INTERACTIONS.includes(each))
      ? []
      : [problem('interaction', 'no interaction', `Give ${INTERACTIONS.join(', ')}, by commas.`)]),
    ...(patients.length < 2 && patients.every((each) => isResourceId(idOf(each)))
      ? []
      : [problem('patient', 'not the id of one patient', 'Give one id, or Patient/ID.')]),
  ];
  if (problems.length > 0) return err(problems);
  const [patient] = patients;
  return ok({
    filter: {
      ...(types.length > 0 && { resourceTypes: types }),
      ...(interactions.length > 0 && { interactions: interactions as Interaction[] }), // checked above
    },
    patient: patient === undefined ? null : idOf(patient),
  });
}

const idOf = (patient: string): string => patient.replace(/^Patient\//, '');

function problem(name: string, what: string, mend: string): Issue {
  return {
    severity: 'error',
    code: 'invalid',
    diagnostics: `${name}: ${what}`,
    mend,
    expression: name,
  };
}
