import { createHash } from 'node:crypto';
import { PREPARED_SHAPES_MAX } from '../limits.ts';
import type { Statement } from './fenced.ts';

const prepared = new Set<string>();

/**
 * Names a composed statement by its text: shapes that recur keep their plan for the session, and the
 * number of such shapes is bounded. Planning a page of history over a year of partitions takes ten
 * times as long as running it.
 */
export function preparedByShape(prefix: string, statement: Statement): Statement {
  const name = `${prefix}_${createHash('sha1').update(statement.text).digest('hex').slice(0, 20)}`;
  if (!prepared.has(name)) {
    if (prepared.size >= PREPARED_SHAPES_MAX) return statement;
    prepared.add(name);
  }
  return { ...statement, name };
}
