import { Draw } from '../draw.ts';
import { concept, LOINC, type PopulationResource, refer, THO } from '../fhir-shapes.ts';
import { STREAM } from '../seeds.ts';
import { aboutPatient, drawOf, type Subject } from './subject.ts';

/** What a patient has said about their record; of a hundred patients. */
export const STANCES = {
  /** Nothing: the organisation's policy alone holds. */
  default: 60,
  /** One consent to all treatment, payment and operations (42 CFR 2.31 as of 2024). */
  care: 16,
  research: 5,
  /** Keeps one practitioner out. */
  'without-one': 4,
  /** Keeps one kind of sensitive data from everybody else. */
  'without-label': 4,
  'opted-out': 2,
  /** Gave a consent and took it back. */
  revoked: 5,
  /** Ends on a day to come. */
  'for-a-time': 2.5,
  expired: 1.5,
} as const;
export type Stance = keyof typeof STANCES;

/** Patients in recovery are asked for a consent when treatment begins: most have given one. */
const IN_RECOVERY: Readonly<Record<Stance, number>> = { ...STANCES, default: 22, care: 48 };

export function stanceOf(seed: number, index: number, inRecovery: boolean): Stance {
  return new Draw(seed, STREAM.consent, index).share(inRecovery ? IN_RECOVERY : STANCES);
}

const CARE = ['TREAT', 'HPAYMT', 'HOPERAT'];

export function consentResource(
  subject: Subject,
  stance: Exclude<Stance, 'default'>,
): PopulationResource {
  const draw = drawOf(subject, 60);
  const { calendar, practice } = subject;
  const givenAgo = 10 + draw.below(1_500);
  return {
    resourceType: 'Consent',
    id: `${subject.id}-consent`,
    status: stance === 'revoked' ? 'inactive' : 'active',
    scope: concept({ system: `${THO}consentscope`, code: 'patient-privacy' }),
    category: [concept({ system: LOINC, code: '59284-0', display: 'Consent Document' })],
    patient: aboutPatient(subject),
    dateTime: calendar.instant(givenAgo, 600),
    performer: [aboutPatient(subject)],
    organization: [refer('Organization', practice.id)],
    ...saying(subject, stance, draw),
  };
}

function saying(subject: Subject, stance: Exclude<Stance, 'default'>, draw: Draw): object {
  const { calendar } = subject;
  switch (stance) {
    case 'care':
    case 'revoked':
      return optIn({ purpose: purposes(CARE) });
    case 'research':
      return optIn({ purpose: purposes([...CARE, 'HRESCH']) });
    case 'for-a-time':
      // One end for many, as forms have it: who signed the same form shares a consent class.
      return optIn({
        purpose: purposes(CARE),
        period: { end: `${calendar.year + 1 + draw.below(2)}-12-31` },
      });
    case 'expired':
      return optIn({ purpose: purposes(CARE), period: { end: calendar.day(5 + draw.below(900)) } });
    case 'opted-out':
      return { policyRule: rule('OPTOUT'), provision: { type: 'deny' } };
    case 'without-one': {
      const actor = [
        {
          role: concept({ system: `${THO}v3-ParticipationType`, code: 'PRCP' }),
          reference: refer('Practitioner', subject.other),
        },
      ];
      return { policyRule: rule('OPTOUT'), provision: { type: 'deny', actor } };
    }
    case 'without-label': {
      const code = draw.pick(['SUD', 'PSY', 'HIV', 'SEX']);
      const securityLabel = [{ system: `${THO}v3-ActCode`, code }];
      return optIn({ purpose: purposes(CARE), provision: [{ type: 'deny', securityLabel }] });
    }
  }
}

const rule = (code: string) => concept({ system: `${THO}v3-ActCode`, code });
const purposes = (codes: readonly string[]) =>
  codes.map((code) => ({ system: `${THO}v3-ActReason`, code }));
const optIn = (provision: object) => ({
  policyRule: rule('OPTIN'),
  provision: { type: 'permit', ...provision },
});
