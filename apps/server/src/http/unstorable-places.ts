import { elementPlace, type JsonValue } from '@holdfast/fhir';
import type { FastifyRequest } from 'fastify';

/** A text that the database cannot keep, or an address too long for an index. */
const isUnstorable = (value: JsonValue): boolean =>
  typeof value === 'string' &&
  (value.includes('\0') || /^[a-z][a-z\d+.-]*:\S{2000,}$/i.test(value));

/**
 * Which parameters and element of a request the database refused to keep: it says only that there is
 * one. Looked for once a request has failed; empty where it can't be told.
 */
export function unstorablePlaces({ url, body }: FastifyRequest): string[] {
  const parameters = new URLSearchParams(url.split('?').slice(1).join('?'));
  const named = [...parameters].flatMap(([name, value]) => (isUnstorable(value) ? [name] : []));
  const element = typeof body === 'string' ? placeIn(body) : undefined;
  return element === undefined ? named : [...named, element];
}

function placeIn(body: string): string | undefined {
  try {
    return elementPlace(JSON.parse(body) as JsonValue, { value: isUnstorable });
  } catch {
    return undefined;
  }
}
