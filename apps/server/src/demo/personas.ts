import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Persona, TokenClaims } from '@holdfast/signin';
import { OFFICE, ORGANIZATION_ID, STAFF } from './practice.ts';

const DEMO_TENANT = 1 as TenantId;

function staff(
  fhirUser: string,
  role: TokenClaims['roles'][number],
  purposes: string[],
): TokenClaims {
  const memberships = [`Organization/${ORGANIZATION_ID}`];
  return { tenant: DEMO_TENANT, fhirUser, roles: [role], purposes, memberships };
}

/** As whom a developer may sign in to the demo population; their references resolve in it. */
export const PERSONAS: readonly Persona[] = [
  {
    id: 'clinician',
    name: 'Dr. Elena Rivera',
    description:
      'Psychiatrist. Sees every patient, and data about substance use where a consent permits it',
    claims: staff(`Practitioner/${STAFF[0].id}`, 'clinician', ['TREAT']),
  },
  {
    id: 'second-clinician',
    name: 'Dr. Chidi Okafor',
    description:
      'General practitioner. Sees every patient but Ada Brandt, whose consent denies him',
    claims: staff(`Practitioner/${STAFF[1].id}`, 'clinician', ['TREAT']),
  },
  {
    id: 'patient',
    name: 'Ada Brandt',
    description: 'Patient. Sees her own record only',
    claims: {
      tenant: DEMO_TENANT,
      fhirUser: 'Patient/ada-demo',
      roles: ['patient'],
      purposes: ['PATRQT'],
      memberships: [],
      patient: 'ada-demo' as PatientId,
    },
  },
  {
    id: 'researcher',
    name: 'Dr. Maja Lindqvist',
    description: 'Researcher. Sees Esi Fofana, the one patient whose consent permits research',
    claims: staff(`Practitioner/${STAFF[2].id}`, 'researcher', ['HRESCH']),
  },
  {
    id: 'compliance-officer',
    name: 'Samir Haddad',
    description: 'Compliance officer. Sees the operations pages and verifies the ledger',
    claims: staff(`Person/${OFFICE[0].id}`, 'compliance-officer', ['HCOMPL']),
  },
  {
    id: 'operator',
    name: 'Aino Virtanen',
    description: 'Operator. Sees the operations pages and no clinical content',
    claims: staff(`Person/${OFFICE[1].id}`, 'operator', ['HSYSADMIN']),
  },
  {
    id: 'front-desk',
    name: 'Nadia Osei',
    description: 'Front desk. Registers people, and says which records are of one person',
    claims: staff(`Person/${OFFICE[2].id}`, 'front-desk', ['HOPERAT']),
  },
];

/** A system that loads records from elsewhere, as `holdfast import` does. */
export const IMPORTER: Persona = {
  id: 'importer',
  name: 'Import interface',
  description: 'A system that loads records from elsewhere, as holdfast import does',
  claims: {
    tenant: DEMO_TENANT,
    fhirUser: 'Device/holdfast-importer',
    roles: ['system'],
    purposes: ['RECORDMGT'],
    memberships: [],
  },
};
