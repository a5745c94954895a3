import type { Brand } from './brand.ts';

/** A tenant's number: the first column of every primary key (1 to 32767). */
export type TenantId = Brand<number, 'TenantId'>;

/** Storage key of a resource: stable over all its versions and over delete and re-create. */
export type ResourceKey = Brand<bigint, 'ResourceKey'>;

/** The logical id of a FHIR Patient, as in `Patient/{id}`. */
export type PatientId = Brand<string, 'PatientId'>;

/** Correlates everything one request caused: response header, audit record, signals, logs. */
export type RequestId = Brand<string, 'RequestId'>;
