export type { Brand } from './brand.ts';
export { type Clock, systemClock } from './clock.ts';
export { Fault, type FaultCatalogue, type FaultDetail, type FaultRow, faults } from './fault.ts';
export type { PatientId, RequestId, ResourceKey, TenantId } from './ids.ts';
export { InvariantViolation, invariant, unreachable } from './invariant.ts';
export { type Random, systemRandom } from './random.ts';
export { err, ok, type Result } from './result.ts';
export { systemTimers, type Timers } from './timers.ts';
export { uuidV7 } from './uuid-v7.ts';
