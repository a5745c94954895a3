import {
  expandTerminology,
  parseSearch,
  problemIssue,
  type ResourceType,
  type SearchQuery,
  type Terminology,
} from '@holdfast/fhir';
import { serverFault } from '../errors.ts';
import { invalid } from './fhir-exchange.ts';

/** What a condition is read with. */
export interface ConditionReading {
  /** This server's FHIR address ending in `/`. */
  readonly base: string;
  readonly terminology: Terminology;
}

/**
 * The criteria of a conditional write. Unlike in a search nothing may be left out of account: a
 * misspelt parameter would widen the condition, down to "any resource of the type".
 * @param text a query string with or without `?`
 */
export async function conditionOf(
  type: ResourceType,
  text: string,
  { base, terminology }: ConditionReading,
): Promise<SearchQuery> {
  const parsed = parseSearch(type, text.replace(/^[^?]*\?/, ''), { base });
  if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
  const expanded = await expandTerminology(parsed.value, terminology);
  if (!expanded.ok) throw invalid(400, expanded.error.map(problemIssue));
  const query = expanded.value;
  if (query.unknown.length > 0) {
    const names = query.unknown.join(', ');
    throw serverFault('SERVER_CONDITION_INVALID', { diagnostics: `Not understood: ${names}.` });
  }
  if (query.criteria.length === 0) throw serverFault('SERVER_CONDITION_INVALID');
  return query;
}

/** The query part of a request's target; empty where there is none. */
export const queryText = (url: string): string => url.split('?').slice(1).join('?');
