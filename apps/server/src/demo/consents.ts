import { concept, LOINC, refer, THO } from '@holdfast/population';
import type { DemoPatient } from './patients.ts';
import { ORGANIZATION_ID, STAFF } from './practice.ts';
import type { Timeline } from './timeline.ts';
import { type DemoResource } from './transaction.ts';

/** The consent that a README example revokes and gives back. */
export const DENY_CONSENT_ID = 'ada-demo-consent';

/** At most one active privacy consent a patient (R4 Consent with scope patient-privacy). */
export function consentResources(patient: DemoPatient, time: Timeline): DemoResource[] {
  const common = {
    resourceType: 'Consent',
    id: `${patient.id}-consent`,
    status: 'active',
    scope: concept({ system: `${THO}consentscope`, code: 'patient-privacy' }),
    category: [concept({ system: LOINC, code: '59284-0', display: 'Consent Document' })],
    patient: refer('Patient', patient.id),
    dateTime: time.daysAgo(30),
    performer: [refer('Patient', patient.id)],
    organization: [refer('Organization', ORGANIZATION_ID)],
  };
  if (patient.story === 'denies') return [{ ...common, ...outOfBounds(STAFF[1].id) }];
  if (patient.story === 'permits') return [{ ...common, ...permit(CARE) }];
  if (patient.story === 'gives-to-research') return [{ ...common, ...permit([...CARE, 'HRESCH']) }];
  return [];
}

function outOfBounds(practitioner: string) {
  return {
    policyRule: concept({ system: `${THO}v3-ActCode`, code: 'OPTOUT' }),
    provision: {
      type: 'deny',
      actor: [
        {
          role: concept({ system: `${THO}v3-ParticipationType`, code: 'PRCP' }),
          reference: refer('Practitioner', practitioner),
        },
      ],
    },
  };
}

/** 42 CFR 2.31 as of 2024: one consent for all treatment, payment and health care operations. */
const CARE = ['TREAT', 'HPAYMT', 'HOPERAT'];

function permit(purposes: readonly string[]) {
  return {
    policyRule: concept({ system: `${THO}v3-ActCode`, code: 'OPTIN' }),
    provision: {
      type: 'permit',
      purpose: purposes.map((code) => ({ system: `${THO}v3-ActReason`, code })),
    },
  };
}
