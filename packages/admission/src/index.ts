export { Admission, type AdmissionEffect, type Ask, type RefusalReason } from './admission.ts';
export {
  type AdmissionFigures,
  AdmissionGate,
  type AdmissionGateOptions,
  type Permit,
  type Refusal,
} from './admission-gate.ts';
export { IndexedHeap } from './fairness/indexed-heap.ts';
export { type Laned, TenantLane } from './fairness/tenant-lane.ts';
export { type AdmissionLimits, admissionLimits, type ClassLimits } from './limits.ts';
export { PRIORITY_CLASSES, type PriorityClass } from './priority.ts';
