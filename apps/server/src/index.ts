export { readBrokerSettings } from '@holdfast/events';
export { parseValidationPolicy } from '@holdfast/fhir';
export { readProviderSettings } from '@holdfast/signin';
export { readOrganisation } from '@holdfast/visibility';
export type { ServerConfig } from './config.ts';
export type { PatientAccesses } from './patient-accesses.ts';
export { type RunningServer, startServer } from './start.ts';
export { readSubscriptionSettings } from './subscription-settings.ts';
export { LOG_ORIGIN, verifyRecords } from './verify-records.ts';
