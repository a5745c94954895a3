import { describe, expect, it } from 'vitest';
import { luhnDigit, modulus11 } from './people/check-digits.ts';
import { type PatientRecord, POPULATION_DAY, Population } from './population.ts';
import { PATIENTS_A_PRACTICE, PRACTICE_RESOURCES_MAX, RECORD_RESOURCES } from './seeds.ts';

const open = (seed: number) => new Population({ seed, asOf: POPULATION_DAY });
const SIZE = 1_500;
const made = open(1);
const records: readonly PatientRecord[] = Array.from({ length: SIZE }, (_, index) =>
  made.patient(index),
);
const resources = records.flatMap((record) => record.resources);
const ofType = (type: string) => resources.filter((each) => each.resourceType === type);

function stringsUnder(key: string, node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : stringsUnder(key, value),
  );
}

describe('a population', () => {
  it('is the same for the same seed, in any order and by any instance (POP-1)', () => {
    const other = open(1);
    for (const index of [1_400, 3, 777, 0, 1_499]) {
      expect(JSON.stringify(other.patient(index))).toBe(JSON.stringify(records[index]));
    }
    expect(JSON.stringify(other.practice(2))).toBe(JSON.stringify(made.practice(2)));
    expect(open(2).patient(3)).not.toEqual(records[3]);
  });

  it('has 5 to 8 resources a patient, and so on average at every size (POP-2)', () => {
    const sizes = records.map((record) => record.resources.length);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(RECORD_RESOURCES.min);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(RECORD_RESOURCES.max);
    const far = open(1);
    const mean = (from: number) =>
      Array.from({ length: 500 }, (_, n) => far.patient(from + n).resources.length).reduce(
        (sum, each) => sum + each,
      ) / 500;
    for (const from of [0, 10_000, 999_500]) {
      expect(mean(from)).toBeGreaterThan(6);
      expect(mean(from)).toBeLessThan(7.5);
    }
  });

  it('refers to the record itself, its practice and nothing else, each under one id (POP-2)', () => {
    const names = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
    expect(names.size).toBe(resources.length);
    records.forEach((record, index) => {
      const practice = made.practice(Math.floor(index / PATIENTS_A_PRACTICE));
      const known = new Set(
        [...practice.resources, ...record.resources].map(
          (each) => `${each.resourceType}/${each.id}`,
        ),
      );
      const missing = stringsUnder('reference', record.resources).filter(
        (each) => !known.has(each),
      );
      expect(missing).toEqual([]);
    });
    expect(made.practice(0).resources.length).toBeLessThanOrEqual(PRACTICE_RESOURCES_MAX);
    expect(resources.every(({ id }) => /^[A-Za-z0-9\-.]{1,64}$/.test(id))).toBe(true);
  });

  it('refuses a seed and a day that are none', () => {
    expect(() => new Population({ seed: -1, asOf: POPULATION_DAY })).toThrow(RangeError);
    expect(() => new Population({ seed: 1, asOf: 'today' })).toThrow(RangeError);
  });
});

describe('its people', () => {
  it('repeat some earlier record, as the truth says (POP-4)', () => {
    const truths = records.flatMap(({ truth }) => (truth === undefined ? [] : [truth]));
    expect(truths.length).toBeGreaterThan(SIZE * 0.03);
    expect(truths.length).toBeLessThan(SIZE * 0.08);
    const duplicates = new Set(truths.map(({ record }) => record));
    const numberOf = (id: string) => Number(id.split('-')[1]);
    for (const { record, sameAs } of truths) {
      expect(duplicates.has(sameAs)).toBe(false);
      expect(numberOf(sameAs)).toBeLessThan(numberOf(record));
      expect(Math.floor(numberOf(sameAs) / PATIENTS_A_PRACTICE)).toBe(
        Math.floor(numberOf(record) / PATIENTS_A_PRACTICE),
      );
    }
    const errors = new Set(truths.flatMap((truth) => truth.errors));
    expect([...errors].sort()).toEqual(
      'birth-date-swapped married moved no-member-number other-phone short-name typo-family typo-given'.split(
        ' ',
      ),
    );
  });

  it('live together: homes of several people share name, line and number', () => {
    const homes = new Map<string, number>();
    for (const patient of ofType('Patient')) {
      const [address] = patient['address'] as { line: string[]; postalCode: string }[];
      const key = `${address?.line.join()} ${address?.postalCode}`;
      homes.set(key, (homes.get(key) ?? 0) + 1);
    }
    const sizes = [...homes.values()];
    expect(sizes.filter((size) => size >= 2).length).toBeGreaterThan(SIZE * 0.15);
    expect(Math.max(...sizes)).toBeLessThan(12);
  });

  it('are children too, most of whom somebody acts for', () => {
    const born = ofType('Patient').map((each) => String(each['birthDate']));
    const minors = born.filter((date) => date > '2008-07-01').length;
    expect(minors).toBeGreaterThan(SIZE * 0.05);
    expect(minors).toBeLessThan(SIZE * 0.3);
    const codes = stringsUnder('code', ofType('RelatedPerson'));
    expect(codes.filter((code) => code === 'MTH').length).toBeGreaterThan(10);
    expect(codes.filter((code) => code === 'HPOWATT').length).toBeGreaterThan(5);
    expect(born.every((date) => date > '1900-01-01' && date <= POPULATION_DAY)).toBe(true);
  });

  it('have identifiers with the check digits of their kind', () => {
    for (const patient of ofType('Patient')) {
      const identifiers = patient['identifier'] as { system: string; value: string }[];
      for (const { system, value } of identifiers) {
        const [digits, check] = [value.slice(0, -1), Number(value.slice(-1))];
        expect(system.endsWith('mrn') ? luhnDigit(digits) : modulus11(digits)).toBe(check);
      }
    }
    // Examples of the standards themselves.
    expect(luhnDigit('7992739871')).toBe(3);
    expect(luhnDigit('80840123456789')).toBe(3);
    expect(modulus11('943476591')).toBe(9);
  });

  it('sign in under logins of their own, each for a record or an organisation that is there', () => {
    const accounts = [
      ...[0, 1, 2].flatMap((number) => made.practice(number).accounts),
      ...records.flatMap((record) => record.accounts),
    ];
    expect(new Set(accounts.map(({ login }) => login)).size).toBe(accounts.length);
    expect(accounts.filter(({ kind }) => kind === 'patient').length).toBeGreaterThan(SIZE * 0.3);
    expect(accounts.filter(({ kind }) => kind === 'proxy').length).toBeGreaterThan(SIZE * 0.05);
    const practices = [0, 1, 2].flatMap((number) => made.practice(number).resources);
    const names = new Set(
      [...practices, ...resources].map(({ resourceType, id }) => `${resourceType}/${id}`),
    );
    for (const { fhirUser, memberships } of accounts) {
      expect([fhirUser, ...memberships].filter((each) => !names.has(each))).toEqual([]);
    }
  });
});

describe('their records', () => {
  it('hold every kind of resource that a growth run needs', () => {
    const types = new Set(resources.map(({ resourceType }) => resourceType));
    expect([...types].sort()).toEqual(
      `Appointment CareTeam Communication Condition Consent Encounter MedicationRequest Observation
       Patient QuestionnaireResponse RelatedPerson`.split(/\s+/),
    );
    const panels = new Set(ofType('QuestionnaireResponse').map((each) => each['questionnaire']));
    expect(panels.size).toBe(4);
  });

  it('lie over years, and nothing but appointments and planned visits after the day', () => {
    const starts = ofType('Encounter').map((each) => (each['period'] as { start: string }).start);
    expect(new Set(starts.map((start) => start.slice(0, 4))).size).toBeGreaterThan(5);
    const authored = [
      'authored',
      'effectiveDateTime',
      'recordedDate',
      'sent',
      'authoredOn',
      'dateTime',
    ];
    const instants = resources.flatMap((each) =>
      authored.flatMap((name) => stringsUnder(name, each)),
    );
    expect(instants.every((instant) => instant < `${POPULATION_DAY}T00:00:00Z`)).toBe(true);
  });

  it('hold consents in the shares that docs/populate.md states', () => {
    const consents = ofType('Consent');
    const share = (test: (each: (typeof consents)[number]) => boolean) =>
      consents.filter(test).length / SIZE;
    expect(consents.length / SIZE).toBeGreaterThan(0.34);
    expect(consents.length / SIZE).toBeLessThan(0.5);
    expect(share((each) => each['status'] === 'inactive')).toBeGreaterThan(0.025);
    const denies = (each: object) => stringsUnder('type', each).includes('deny');
    expect(share(denies)).toBeGreaterThan(0.05);
    expect(share((each) => stringsUnder('code', each).includes('HRESCH'))).toBeGreaterThan(0.025);
  });

  it('hold what 42 CFR Part 2 guards in some, half of it by its codes alone', () => {
    const recovery = ofType('Condition').filter((each) =>
      stringsUnder('code', each['code']).some((code) => /^F1[0-9]/.test(code)),
    );
    expect(recovery.length).toBeGreaterThan(SIZE * 0.03);
    const labelled = recovery.filter((each) => each['meta'] !== undefined).length;
    expect(labelled).toBeGreaterThan(0);
    expect(labelled).toBeLessThan(recovery.length);
  });
});
