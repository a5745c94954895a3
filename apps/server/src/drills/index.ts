import { deadInference } from './dead-inference.ts';
import type { Drill } from './drill.ts';
import { lostDatabase } from './lost-database.ts';

/** Every fault that can be drilled. */
export const DRILLS: readonly Drill[] = [lostDatabase, deadInference];
