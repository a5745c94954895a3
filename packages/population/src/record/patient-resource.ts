import { OWN, type PopulationResource, refer, THO } from '../fhir-shapes.ts';
import { luhnDigit, memberNumber } from '../people/check-digits.ts';
import type { Subject } from './subject.ts';

const LANGUAGES = {
  british: 'en',
  iberian: 'es',
  african: 'en',
  indian: 'en',
  chinese: 'zh',
  slavic: 'ru',
  nordic: 'en',
  arabic: 'ar',
} as const;

export function patientResource(subject: Subject): PopulationResource {
  const { person, index, practice } = subject;
  const { line, unit, town, postalCode } = person.address;
  const digits = String(index).padStart(9, '0');
  const telecom = [
    ...(person.mobile === undefined
      ? []
      : [{ system: 'phone', value: person.mobile, use: 'mobile' }]),
    { system: 'phone', value: person.landline, use: 'home' },
    ...(person.email === undefined ? [] : [{ system: 'email', value: person.email }]),
  ];
  return {
    resourceType: 'Patient',
    id: subject.id,
    active: true,
    identifier: [
      {
        use: 'usual',
        type: { coding: [{ system: `${THO}v2-0203`, code: 'MR' }] },
        system: `${OWN}mrn`,
        value: `${digits}${luhnDigit(digits)}`,
      },
      ...(person.member < 0
        ? []
        : [{ system: `${OWN}member`, value: memberNumber(person.member) }]),
    ],
    name: [
      {
        use: 'official',
        family: person.family,
        given: person.middle === undefined ? [person.given] : [person.given, person.middle],
      },
    ],
    telecom,
    gender: person.gender,
    birthDate: person.birthDate,
    address: [
      {
        use: 'home',
        line: unit === undefined ? [line] : [line, unit],
        city: town.city,
        state: town.state,
        postalCode,
        country: 'US',
      },
    ],
    communication: [
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: LANGUAGES[person.origin] }] } },
    ],
    generalPractitioner: [refer('Practitioner', subject.own)],
    managingOrganization: refer('Organization', practice.id),
  };
}
