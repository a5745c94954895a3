export type { AccessGate, Bind, GateSource, PatientProjection, Release, RowFacts } from './access-gate.ts';
