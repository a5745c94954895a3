import type { JsonValue } from '@holdfast/fhir';
import { Fault } from '@holdfast/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessGate, GateSource, RowFacts } from './access-gate.ts';
import { read } from './index.ts';
import {
  observation,
  open,
  patient,
  type StoreStage,
  storeStage,
  tenant,
} from './testing/store-stage.ts';
import type { Identified, WriteIntent } from './write-intent.ts';

let stage: StoreStage;
beforeAll(async () => {
  stage = await storeStage();
  await stage.write([
    ...['seen', 'hidden'].map((id) => create(patient(id, 'Brandt'))),
    create(encounter('visit-seen', 'seen')),
    create(encounter('visit-hidden', 'hidden')),
    create(observation('moves', 'seen', '2026-01-01T10:00:00Z')),
  ]);
});
afterAll(() => stage.database.drop());

const create = (resource: Identified): WriteIntent => ({ kind: 'create', resource });
const put = (resource: Identified): WriteIntent => ({ kind: 'put', resource });

function encounter(id: string, subject: string): Identified {
  const coding: JsonValue = { system: 'urn:class', code: 'AMB' };
  return {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: coding,
    subject: { reference: `Patient/${subject}` },
  };
}

function gateThat(releases: (row: RowFacts) => boolean): GateSource {
  const gate: AccessGate = {
    epoch: 1_000n,
    validUntil: Number.POSITIVE_INFINITY,
    decide: (row) => ({ kind: releases(row) ? 'release' : 'hide' }),
    hides: () => [],
    releasable: () => 'true',
  };
  return { current: () => gate, refresh: async () => gate };
}

/** Class 7 keeps this writer out of the record. */
const KEPT_OUT = 7;
const byConsent = gateThat(({ consentClass }) => consentClass !== KEPT_OUT);

async function consentOf(patientId: string, consentClass: number): Promise<void> {
  await stage.database.pool.query(
    `update patient_state set consent_class = $2, consent_epoch = consent_epoch + 1
     where tenant = ${tenant} and patient_id = $1`,
    [patientId, consentClass],
  );
}

/** What the writer is told, in full. */
async function refusal(intents: readonly WriteIntent[], gates: GateSource): Promise<unknown> {
  try {
    await stage.write(intents, gates);
  } catch (error) {
    // The cause is for the audit alone: no answer holds it.
    if (error instanceof Fault) return { code: error.code, ...error.detail, cause: undefined };
    throw error;
  }
  return 'written';
}

const exists = async (type: 'Observation', id: string) =>
  (await read(stage.database.appPool, open, { tenant, type, id })).kind === 'found';

describe('what a writer makes', () => {
  it('STO-7 does not get into a record that keeps the writer out, and looks as if it were not there', async () => {
    await consentOf('hidden', KEPT_OUT);
    const into = (id: string, subject: string) =>
      refusal([create(observation(id, subject, '2026-01-01T10:00:00Z'))], byConsent);
    expect(await into('o-seen', 'seen')).toBe('written');
    const hidden = await into('o-hidden', 'hidden');
    expect(hidden).toEqual(await into('o-absent', 'never-was'));
    expect(hidden).toMatchObject({
      code: 'STORE_REFERENCE_MISSING',
      expression: ['Observation.subject'],
    });
    expect(await exists('Observation', 'o-hidden')).toBe(false);
  });

  it('STO-7 is not moved there either', async () => {
    await consentOf('hidden', KEPT_OUT);
    const moved = put(observation('moves', 'hidden', '2026-01-01T10:00:00Z'));
    expect(await refusal([moved], byConsent)).toMatchObject({ code: 'STORE_REFERENCE_MISSING' });
    expect(await refusal([moved], open)).toBe('written');
    expect(
      await refusal([{ kind: 'delete', type: 'Observation', id: 'moves' }], byConsent),
    ).toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(await refusal([put(observation('moves', 'seen', '2026-01-01T10:00:00Z'))], open)).toBe(
      'written',
    );
  });

  it('STO-7 of a kind the writer may never write is forbidden, whoever it is about', async () => {
    const noEncounters = gateThat(({ type }) => type !== 'Encounter');
    for (const subject of ['seen', 'hidden']) {
      expect(
        await refusal([create(encounter(`e-${subject}`, subject))], noEncounters),
      ).toMatchObject({
        code: 'STORE_FORBIDDEN',
      });
    }
  });

  it('STO-7 by one transaction may be about a patient that it creates', async () => {
    const bundle = [create(patient('born', 'Neu')), create(encounter('visit-born', 'born'))];
    expect(await refusal(bundle, byConsent)).toBe('written');
  });

  it('STO-8 a consent that changed since the decision undoes the write, and it is decided again', async () => {
    const write = (id: string) =>
      refusal([create(observation(id, 'seen', '2026-01-02T10:00:00Z'))], byConsent);
    expect(await write('before')).toBe('written');
    // The writer's process has seen the old state; nobody tells it of this one.
    await consentOf('seen', KEPT_OUT);
    expect(await write('after')).toMatchObject({ code: 'STORE_REFERENCE_MISSING' });
    expect(await exists('Observation', 'after')).toBe(false);
    await consentOf('seen', 0);
    expect(await write('again')).toBe('written');
  });

  it('STO-8 a policy that changed since the decision calls for a new one', async () => {
    await stage.database.pool.query(
      'insert into tenant_state (tenant, consent_epoch) values ($1, 5)',
      [tenant],
    );
    let refreshes = 0;
    const gateAt = (epoch: bigint): AccessGate => ({
      epoch,
      validUntil: Number.POSITIVE_INFINITY,
      decide: () => ({ kind: epoch < 5n ? 'release' : 'hide' }),
      hides: () => [],
      releasable: () => 'true',
    });
    const outdated: GateSource = {
      current: () => gateAt(refreshes === 0 ? 4n : 5n),
      refresh: async () => {
        refreshes += 1;
        return gateAt(5n);
      },
    };
    const intent = create(observation('policy', 'seen', '2026-01-03T10:00:00Z'));
    expect(await refusal([intent], outdated)).toMatchObject({ code: 'STORE_FORBIDDEN' });
    expect(refreshes).toBeGreaterThan(0);
  });
});

describe('a reference', () => {
  it('STO-9 to what the writer may not see looks like one to what is not there', async () => {
    const about = gateThat(({ patientId }) => patientId !== 'hidden');
    const referring = (id: string, visit: string) => {
      const resource = observation(id, 'seen', '2026-01-04T10:00:00Z');
      return refusal(
        [create({ ...resource, encounter: { reference: `Encounter/${visit}` } })],
        about,
      );
    };
    expect(await referring('r-seen', 'visit-seen')).toBe('written');
    const hidden = await referring('r-hidden', 'visit-hidden');
    expect(hidden).toMatchObject({
      code: 'STORE_REFERENCE_MISSING',
      expression: ['Observation.encounter'],
    });
    expect(hidden).toEqual(await referring('r-absent', 'visit-never-was'));
  });
});

describe('a Provenance', () => {
  const provenance = (id: string, target: string): Identified => ({
    resourceType: 'Provenance',
    id,
    target: [{ reference: target }],
    recorded: '2026-01-05T10:00:00Z',
    agent: [{ who: { display: 'test' } }],
  });
  const patientIdOf = async (id: string) => {
    const found = await read(stage.database.appPool, open, { tenant, type: 'Provenance', id });
    return found.kind === 'found' ? found.version.facts.patientId : found.kind;
  };

  it('STO-10 is about whoever its target is about, stored before or with it', async () => {
    await stage.write([create(provenance('p-stored', 'Encounter/visit-hidden'))]);
    await stage.write([
      create(observation('o-with', 'hidden', '2026-01-05T10:00:00Z')),
      create(provenance('p-with', 'Observation/o-with')),
    ]);
    await stage.write([create(provenance('p-patient', 'Patient/hidden'))]);
    expect(await Promise.all(['p-stored', 'p-with', 'p-patient'].map(patientIdOf))).toEqual([
      'hidden',
      'hidden',
      'hidden',
    ]);
  });
});
