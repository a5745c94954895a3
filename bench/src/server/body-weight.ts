/**
 * An Observation of about 1.1 kB as a clinic's devices send it: a vital sign that no pipeline
 * scores, so that a create is a create and nothing else runs because of it.
 */
export function bodyWeight(patient: string, nth: number): string {
  const kilograms = 48 + (nth % 700) / 10;
  const at = new Date(Date.UTC(2020, 0, 1) + (nth % 3_000) * 86_400_000 + (nth % 1_440) * 60_000);
  return JSON.stringify({
    resourceType: 'Observation',
    status: 'final',
    identifier: [{ system: 'https://devices.example/readings', value: `reading-${nth}` }],
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'vital-signs',
            display: 'Vital Signs',
          },
        ],
      },
    ],
    code: {
      coding: [{ system: 'http://loinc.org', code: '29463-7', display: 'Body weight' }],
      text: 'Body weight',
    },
    subject: { reference: `Patient/${patient}` },
    performer: [{ reference: 'Practitioner/p-rivera', display: 'Dr. Elena Rivera' }],
    effectiveDateTime: at.toISOString(),
    issued: at.toISOString(),
    valueQuantity: {
      value: kilograms,
      unit: 'kg',
      system: 'http://unitsofmeasure.org',
      code: 'kg',
    },
    note: [
      { text: 'Measured in the morning on the ward scale, in light clothing, without shoes.' },
    ],
  });
}
