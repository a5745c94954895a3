import type { Action } from '../actor.ts';
import type { SmartScope } from './smart-scopes.ts';

/** Does the scope speak about the action? What takes data out is reading. */
export const scopePermits = ({ permissions }: SmartScope, action: Action): boolean =>
  (action === 'write' ? 'cud' : 'rs').split('').some((each) => permissions.includes(each));
