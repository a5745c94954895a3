import pg from 'pg';
import type { EventFilter } from '../recorded-event.ts';
import { URGENCY_CODES } from './event-row.ts';

/**
 * A filter as a condition on an alias of `event`, so that what a group leaves out is never read for
 * it. Written with its values in it: a partial index is used only where the planner sees them.
 *
 * @returns `true` for a filter that leaves nothing out
 */
export function filterCondition(filter: EventFilter, alias: string): string {
  const { resourceTypes, interactions, urgencies, tenants } = filter;
  const conditions = [
    isOneOf(`${alias}.resource_type`, resourceTypes?.map(pg.escapeLiteral)),
    isOneOf(`${alias}.interaction`, interactions?.map(pg.escapeLiteral)),
    isOneOf(
      `${alias}.urgency`,
      urgencies?.map((each) => String(URGENCY_CODES[each])),
    ),
    isOneOf(
      `${alias}.tenant`,
      tenants?.map((each) => String(Math.trunc(each))),
    ),
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? 'true' : conditions.join(' and ');
}

function isOneOf(column: string, literals: readonly string[] | undefined): string | null {
  if (literals === undefined) return null;
  if (literals.length === 0) return 'false';
  return literals.length === 1
    ? `${column} = ${literals[0]}`
    : `${column} in (${literals.join(', ')})`;
}
