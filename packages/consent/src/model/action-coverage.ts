import type { Action } from '../actor.ts';
import type { ConsentAction, Effect } from './consent-model.ts';

/**
 * R4 consent actions against ours. A deny of `access` reaches every way of getting at data, a
 * permit of `access` covers reading only: each is read in the direction that opens less.
 */
const COVERAGE: Readonly<Record<ConsentAction, Readonly<Record<Effect, readonly Action[]>>>> = {
  access: { permit: ['read'], deny: ['read', 'disclose', 'infer', 'export'] },
  use: { permit: ['infer'], deny: ['infer'] },
  disclose: { permit: ['disclose', 'export'], deny: ['disclose', 'export'] },
  collect: { permit: ['write'], deny: ['write'] },
  correct: { permit: ['write'], deny: ['write'] },
};

/** Does a provision of this effect that states `stated` speak about `action`? */
export const actionCovered = (stated: ConsentAction, action: Action, effect: Effect): boolean =>
  COVERAGE[stated][effect].includes(action);
