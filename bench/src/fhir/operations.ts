import { bodyWeight } from '../server/body-weight.ts';
import { expectStatus, type FhirAnswer, type FhirClient } from '../server/fhir-client.ts';
import {
  dayOf,
  familyName,
  HBA1C,
  LOINC,
  MRN,
  OBSERVATIONS_PER_PATIENT,
  observationId,
  patientId,
} from './population.ts';

/** One request of a kind; `nth` goes up by one each time. */
export type Operation = (client: FhirClient, nth: number) => Promise<void>;

const TRANSACTION_ENTRIES = 50;
const PAGE = 20;
const HEART_RATE = '8867-4';
/** Co-prime to any size in use, so that neighbours in time are strangers in storage. */
const STRIDE = 7_919;

/** What the server is asked to do over HTTP, by the name of its figures. */
export function operationsOver(patients: number): ReadonlyMap<string, Operation> {
  const patientOf = (nth: number) => (nth * STRIDE) % patients;
  const { create, update, transaction } = writes(patientOf);
  const { read, vread, history } = reads(patientOf);
  return new Map(
    Object.entries({
      ...{ create, update, read, vread },
      ...searches(patientOf),
      ...{ transaction, history },
    }),
  );
}

type Choice = (nth: number) => number;

function writes(patientOf: Choice) {
  const create: Operation = async (client, nth) => {
    const body = bodyWeight(patientId(patientOf(nth)), nth);
    expectStatus(await client.send('POST', 'Observation', body), 201);
  };
  const update: Operation = async (client, nth) => {
    const id = observationId(patientOf(nth), nth % OBSERVATIONS_PER_PATIENT);
    const sent = JSON.parse(bodyWeight(patientId(patientOf(nth)), nth)) as object;
    const answer = await client.send('PUT', `Observation/${id}`, JSON.stringify({ ...sent, id }));
    expectStatus(answer, 200);
  };
  const transaction: Operation = async (client, nth) => {
    expectStatus(await client.send('POST', '', transactionOf(nth)), 200);
  };
  return { create, update, transaction };
}

function reads(patientOf: Choice) {
  const get =
    (suffix: string): Operation =>
    async (client, nth) => {
      const id = observationId(patientOf(nth), nth % OBSERVATIONS_PER_PATIENT);
      expectStatus(await client.send('GET', `Observation/${id}${suffix}`), 200);
    };
  return { read: get(''), vread: get('/_history/1'), history: get('/_history') };
}

function searches(patientOf: Choice) {
  const search =
    (least: number, path: (nth: number) => string): Operation =>
    async (client, nth) => {
      const answer = await client.send('GET', `${path(nth)}&_count=${PAGE}`);
      expectStatus(answer, 200);
      expectMatches(answer, path(nth), least);
    };
  const code = (loinc: string) => `${LOINC}%7C${loinc}`;
  const day = (nth: number) => `date=ge${dayOf(nth * 3)}&date=lt${dayOf(nth * 3 + 1)}`;
  return {
    patientSearch: search(
      1,
      (nth) => `Observation?patient=${patientId(patientOf(nth))}&category=vital-signs`,
    ),
    token: search(PAGE, () => `Observation?code=${code(HBA1C)}`),
    string: search(1, (nth) => `Patient?family=${familyName(patientOf(nth))}`),
    date: search(0, (nth) => `Observation?${day(nth)}`),
    composite: search(PAGE, () => `Observation?code-value-quantity=${code(HBA1C)}%24gt11`),
    chained: search(
      1,
      (nth) =>
        `Observation?patient.identifier=${MRN}%7Cmrn-${patientOf(nth)}&code=${code(HEART_RATE)}`,
    ),
  };
}

/** A search that finds nothing would be fast for the wrong reason. */
function expectMatches(answer: FhirAnswer, path: string, least: number): void {
  const { entry = [] } = JSON.parse(answer.body) as { readonly entry?: readonly unknown[] };
  if (entry.length < least) throw new Error(`${path} found ${entry.length}, not ${least}`);
}

/** A new patient with 49 measurements, which refer to it by its place in the bundle. */
function transactionOf(nth: number): string {
  const fullUrl = `urn:uuid:00000000-0000-4000-8000-${nth.toString(16).padStart(12, '0')}`;
  const patient = {
    resourceType: 'Patient',
    name: [{ family: 'Imported', given: [`Number${nth}`] }],
    birthDate: '1970-01-01',
    generalPractitioner: [{ reference: 'Practitioner/p-rivera' }],
  };
  const entry = [{ fullUrl, resource: patient, request: { method: 'POST', url: 'Patient' } }];
  const measurements = Array.from({ length: TRANSACTION_ENTRIES - 1 }, (_, of) => ({
    resource: {
      ...(JSON.parse(bodyWeight('imported', nth + of)) as object),
      subject: { reference: fullUrl },
    },
    request: { method: 'POST', url: 'Observation' },
  }));
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [...entry, ...measurements],
  });
}
