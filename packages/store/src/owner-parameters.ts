import type { ResourceType } from '@holdfast/fhir';

/**
 * Types that can name several patients. For them the parameters `patient` and `subject` are
 * answered by the reference index as well; for all others by the owner on the resource row alone.
 */
const SEVERAL_PATIENTS: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'Account',
  'Appointment',
  'AppointmentResponse',
  'AuditEvent',
  'Basic',
  'Communication',
  'CommunicationRequest',
  'Coverage',
  'Group',
  'Linkage',
  'List',
  'Patient',
  'Person',
  'Provenance',
  'Schedule',
  'Slot',
]);

const OWNER_PARAMETERS: ReadonlySet<string> = new Set(['patient', 'subject']);
const NONE: ReadonlySet<string> = new Set();

/** Reference parameters whose Patient target is `resource.patient`, so that they need no index row. */
export const ownerParameters = (type: ResourceType): ReadonlySet<string> =>
  SEVERAL_PATIENTS.has(type) ? NONE : OWNER_PARAMETERS;
