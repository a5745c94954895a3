import type { z } from 'zod';
import { apiFault } from './errors.ts';

/**
 * `json` as the schema's type. The fault names where it differs, never the value found there.
 * @throws Fault API_OFF_CONTRACT
 */
export function checked<Schema extends z.ZodType>(schema: Schema, json: unknown): z.infer<Schema> {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const { path = [], code = 'unknown' } = read.error.issues[0] ?? {};
  const where = path.length === 0 ? 'the body' : path.map(String).join('.');
  throw apiFault('API_OFF_CONTRACT', { cause: read.error, diagnostics: `At ${where}: ${code}.` });
}

/** @throws Fault API_OFF_CONTRACT where `text` is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw apiFault('API_OFF_CONTRACT', { cause, diagnostics: 'The answer is not JSON.' });
  }
}
