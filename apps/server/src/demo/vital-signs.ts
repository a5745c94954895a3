import { concept, LOINC, refer, SNOMED, THO, UCUM } from '@holdfast/population';
import type { DemoPatient } from './patients.ts';
import type { Timeline } from './timeline.ts';
import { type DemoResource } from './transaction.ts';
import { between, type Variation } from './variation.ts';
import type { Visit } from './visits.ts';

const MEASURED_AFTER_MINUTES = 5;

interface Vitals {
  readonly respiration: number;
  readonly saturation: number;
  readonly oxygenLitres: number;
  readonly systolic: number;
  readonly diastolic: number;
  readonly pulse: number;
  readonly temperature: number;
}

/** NEWS2 of somebody who is alert: 3 + 3 + 2 + 2 + 2 + 2 = 14. */
const DETERIORATING: Vitals = {
  respiration: 26,
  saturation: 90,
  oxygenLitres: 2,
  systolic: 96,
  diastolic: 58,
  pulse: 118,
  temperature: 39.3,
};

/** Seven Observations of a visit, all within what NEWS2 scores 0, but for the last of `deteriorating`. */
export function vitalSigns(
  patient: DemoPatient,
  {
    visit,
    latest,
    vary,
    time,
  }: {
    visit: Visit;
    latest: boolean;
    vary: Variation;
    time: Timeline;
  },
): DemoResource[] {
  const vitals = patient.story === 'deteriorating' && latest ? DETERIORATING : calm(vary, visit.id);
  const observation = (
    name: string,
    [code, display]: readonly [string, string],
    value: object,
  ) => ({
    resourceType: 'Observation',
    id: `${visit.id}-${name}`,
    status: 'final',
    category: [concept({ system: `${THO}observation-category`, code: 'vital-signs' })],
    code: concept({ system: LOINC, code, display }),
    subject: refer('Patient', patient.id),
    encounter: refer('Encounter', visit.id),
    effectiveDateTime: time.minutesAgo(visit.beganMinutesAgo - MEASURED_AFTER_MINUTES),
    performer: [refer('Practitioner', patient.practitioner)],
    ...value,
  });
  return [
    observation(
      'respiration',
      ['9279-1', 'Respiratory rate'],
      quantity(vitals.respiration, '/min', 'breaths/minute'),
    ),
    observation(
      'saturation',
      ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
      quantity(vitals.saturation, '%', '%'),
    ),
    observation(
      'oxygen',
      ['3151-8', 'Inhaled oxygen flow rate'],
      quantity(vitals.oxygenLitres, 'L/min', 'L/min'),
    ),
    observation('blood-pressure', ['85354-9', 'Blood pressure panel'], {
      component: [
        {
          code: concept({ system: LOINC, code: '8480-6', display: 'Systolic blood pressure' }),
          ...quantity(vitals.systolic, 'mm[Hg]', 'mmHg'),
        },
        {
          code: concept({ system: LOINC, code: '8462-4', display: 'Diastolic blood pressure' }),
          ...quantity(vitals.diastolic, 'mm[Hg]', 'mmHg'),
        },
      ],
    }),
    observation('pulse', ['8867-4', 'Heart rate'], quantity(vitals.pulse, '/min', 'beats/minute')),
    observation('consciousness', ['80288-4', 'Level of consciousness'], {
      valueCodeableConcept: concept({ system: SNOMED, code: '248234008', display: 'Alert' }),
    }),
    observation(
      'temperature',
      ['8310-5', 'Body temperature'],
      quantity(vitals.temperature, 'Cel', 'degrees Celsius'),
    ),
  ];
}

const quantity = (value: number, code: string, unit: string) => ({
  valueQuantity: { value, unit, system: UCUM, code },
});

function calm(vary: Variation, visit: string): Vitals {
  const at = (sign: string) => vary(`${visit}/${sign}`);
  return {
    respiration: between(at('respiration'), 12, 20),
    saturation: between(at('saturation'), 96, 99),
    oxygenLitres: 0,
    systolic: between(at('systolic'), 112, 138),
    diastolic: between(at('diastolic'), 68, 86),
    pulse: between(at('pulse'), 56, 88),
    temperature: between(at('temperature'), 362, 378) / 10,
  };
}
