import { and, atom, type Condition, or, TRUE } from '../condition/condition.ts';
import { scopePermits } from '../scopes/scope-permits.ts';
import type { SmartScope } from '../scopes/smart-scopes.ts';
import type { Context } from './context.ts';

/**
 * What the token's SMART scopes leave open; they narrow, and open nothing by themselves.
 * @param own whether a `patient/` scope asks for the token's own record: rows of no patient it passes
 */
export function compileScopes({ scopes, action }: Context, own: Condition): Condition {
  if (scopes === undefined) return TRUE;
  return or(...scopes.filter((each) => scopePermits(each, action)).map((each) => reach(each, own)));
}

function reach({ context, type, filters }: SmartScope, own: Condition): Condition {
  return and(
    context === 'patient' ? own : TRUE,
    type === '*' ? TRUE : atom({ op: 'type', types: [type] }),
    ...filters.map(({ parameter, codings: values }) =>
      atom({
        op: parameter === 'category' ? 'class-coding' : 'coding',
        values,
        whenMissing: false,
      }),
    ),
  );
}
