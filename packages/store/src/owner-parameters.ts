import { compartmentParameters, type ReferenceEntry, type ResourceType } from '@holdfast/fhir';

/**
 * Reference parameters that need no index row where they name the resource's owner: the resource row
 * says so itself, by `patient` and these bits of `owner_by`. Any other target has its row.
 */
export const OWNER_PARAMETERS: ReadonlyMap<string, number> = new Map([
  ['patient', 1],
  ['subject', 2],
]);

/** The bits of `resource.owner_by`. */
export function ownerBy(references: readonly ReferenceEntry[], owner: string | null): number {
  let bits = 0;
  for (const entry of references) {
    if ('uri' in entry || entry.type !== 'Patient' || entry.id !== owner) continue;
    bits |= OWNER_PARAMETERS.get(entry.param) ?? 0;
  }
  return bits;
}

/** Types whose `patient` or `subject` can name others beside the owner. */
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

/**
 * Whether the owner is the only patient that the parameter can name, so that it need not be sought
 * elsewhere. Where a type is in the compartment by one of the two, both name the same element.
 */
export const ownerSuffices = (type: ResourceType, param: string): boolean =>
  OWNER_PARAMETERS.has(param) &&
  compartmentParameters(type).some((named) => OWNER_PARAMETERS.has(named)) &&
  !SEVERAL_PATIENTS.has(type);
