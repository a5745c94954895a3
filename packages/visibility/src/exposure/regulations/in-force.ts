import type { Regulation } from '../regulation.ts';
import { EUROPE } from './europe.ts';
import { STATES } from './states.ts';
import { UNITED_STATES } from './united-states.ts';

/** Every regulation on incidents that this release knows and that is law. */
export const REGULATIONS: readonly Regulation[] = [...UNITED_STATES, ...STATES, ...EUROPE];
