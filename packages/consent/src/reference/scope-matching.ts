import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { contentFactsOf } from '../content/content-facts.ts';
import { scopePermits } from '../scopes/scope-permits.ts';

/** Do the token's SMART scopes reach the row? A filter needs the fact it asks about. */
export function isWithinScopes(
  { actor, action }: { readonly actor: Actor; readonly action: Action },
  row: RowFacts,
): boolean {
  if (actor.scopes === undefined) return true;
  const isOwn = row.patient === null || row.patientId === actor.patientId;
  return actor.scopes
    .filter((scope) => scopePermits(scope, action))
    .filter(({ type }) => type === '*' || type === row.type)
    .filter(({ context }) => context !== 'patient' || isOwn)
    .some(({ filters }) =>
      filters.every(({ parameter, codings }) => {
        const facts = contentFactsOf(row);
        const found = parameter === 'category' ? facts?.classCodings : facts?.codings;
        return codings.some((coding) => found?.has(coding) === true);
      }),
    );
}
