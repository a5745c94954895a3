import { err, ok, type Result } from '@holdfast/kernel';
import type { z } from 'zod';

/**
 * A request's body as an endpoint's schema reads it.
 * @returns the places that are wrong, e.g. `questions[3].type`, or `body` where it is no JSON
 */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
): Result<z.infer<Schema>, readonly string[]> {
  const read = schema.safeParse(parsed(body));
  if (read.success) return ok(read.data);
  return err([...new Set(read.error.issues.map(({ path }) => placeOf(path)))]);
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    return undefined;
  }
}

const placeOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (place, step) =>
      typeof step === 'number' ? `${place}[${step}]` : `${place}${place && '.'}${String(step)}`,
    '',
  ) || 'body';
