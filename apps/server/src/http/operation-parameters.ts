import { isJsonObject } from '@holdfast/fhir';
import { serverFault } from '../errors.ts';
import { queryText } from './fhir-condition.ts';

/** What an operation was asked: every value of a name, or the first. */
export interface Asked {
  all(name: string): string[];
  one(name: string): string | null;
}

/** Parameters of an operation: of the address, or of a Parameters resource in the body. */
export function parametersOf(request: Sent): Asked {
  const query = operationQuery(request);
  const all = (wanted: string) => query.getAll(wanted).flatMap((value) => value.split(','));
  return { all, one: (wanted) => all(wanted)[0] ?? null };
}

interface Sent {
  readonly url: string;
  readonly body: unknown;
}

/** The same as one query, for operations that are read like searches. */
export function operationQuery({ url, body }: Sent): URLSearchParams {
  const query = new URLSearchParams(queryText(url));
  const sent = bodyOf(body);
  const list = isJsonObject(sent) ? sent['parameter'] : [];
  for (const each of Array.isArray(list) ? list : []) {
    if (!isJsonObject(each)) continue;
    const { name, ...rest } = each;
    const value = Object.values(rest)[0];
    const isText = typeof value === 'string' || typeof value === 'number';
    if (typeof name === 'string' && isText) query.append(name, String(value));
  }
  return query;
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'The body is not JSON.' });
  }
}
