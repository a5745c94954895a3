import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { KeyRing, type LogKeys, loadLogKeys, parseLeaf, ringFile } from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditRecord, auditRecords } from '../testing/audit-records.ts';
import { type Serving, serving } from '../testing/serving.ts';
import { LOG_ORIGIN, verifyRecords } from '../verify-records.ts';

const tenant = 1 as TenantId;
let world: Serving;
let owner: Pool;
let keys: LogKeys;
let ring: KeyRing;

beforeAll(async () => {
  world = await serving({ demo: true });
  owner = createPool({ url: world.server.ownerUrl, tenant, max: 3 });
  keys = await loadLogKeys(join(world.dataDirectory, 'keys'), LOG_ORIGIN);
  ring = await KeyRing.open(ringFile(join(world.dataDirectory, 'keys')));
}, 120_000);
afterAll(async () => {
  await owner.end();
  await world.stop();
}, 60_000);

/** What a record says, the patient by name where it is one of the demo's. */
interface Said {
  readonly type: string;
  readonly outcome: number;
  readonly patient: string | null;
  readonly target: string | null;
  readonly decision: readonly [number, number, string] | null;
}

const PATIENTS = ['ada-demo', 'finn-demo', 'nobody-here'];

function said({ outcome, patientTag, leaf, body }: AuditRecord): Said {
  const parsed = parseLeaf(leaf);
  if (!parsed.ok) throw new Error(parsed.error);
  const patient = PATIENTS.find((value) =>
    patientTag?.equals(keys.tagKey.tag({ kind: 'patient', tenant, value })),
  );
  if (body === null) throw new Error('a body that does not open');
  const { target, decision } = body;
  const other = patientTag === null ? null : 'another';
  return { type: parsed.value.type, outcome, patient: patient ?? other, target, decision };
}

/** A request as a persona, and the records it left, read as soon as it is answered. */
async function recorded(persona: string, path: string, init?: RequestInit) {
  const requestId = `audit-${Math.random().toString(36).slice(2)}`;
  const headers = { ...(init?.headers as Record<string, string>), 'x-request-id': requestId };
  const isFhir = !path.startsWith('/consent/');
  const answer = await world.call(persona, isFhir ? `/fhir/R4${path}` : path, { ...init, headers });
  return { answer, records: (await recordsOf(requestId)).map(said) };
}

const recordsOf = async (requestId: string): Promise<AuditRecord[]> =>
  (await auditRecords(owner, world)).filter(({ body }) => body?.request === requestId);

const consentEpoch = async (): Promise<number> => {
  const { rows } = await owner.query<{ epoch: string }>(
    'select consent_epoch as epoch from tenant_state where tenant = $1',
    [tenant],
  );
  return Number(rows[0]?.epoch);
};

const observation = (patient: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'audit' },
  subject: { reference: `Patient/${patient}` },
});
const send = (method: string, body: object, headers = {}): RequestInit => ({
  method,
  headers,
  body: JSON.stringify(body),
});

describe('SRV-1 no silent answer: what is seen', () => {
  it('a read names its patient, the class and the epoch it was decided by', async () => {
    const { answer, records } = await recorded('clinician', '/Patient/ada-demo');
    expect(answer.status).toBe(200);
    const epoch = await consentEpoch();
    expect(epoch).toBeGreaterThan(0);
    expect(records).toEqual([
      {
        type: 'read',
        outcome: 0,
        patient: 'ada-demo',
        target: expect.stringMatching(/^Patient\/ada-demo\/_history\/\d+$/) as string,
        decision: [expect.any(Number), epoch, 'release'],
      },
    ]);
  });

  it('a search leaves one record a patient shown', async () => {
    const { answer, records } = await recorded('clinician', '/Patient?_count=3');
    expect(answer.body['entry']).toHaveLength(3);
    expect(records).toHaveLength(3);
    expect(new Set(records.map(({ decision }) => decision?.[2]))).toEqual(new Set(['release']));
  });

  it('a write leaves one record of each change, and commits to what was written', async () => {
    const created = await recorded(
      'clinician',
      '/Observation',
      send('POST', observation('finn-demo')),
    );
    const target = `Observation/${String(created.answer.body['id'])}/_history/1`;
    expect(created.records).toMatchObject([
      { type: 'create', outcome: 0, patient: 'finn-demo', target },
    ]);
    expect(created.records[0]?.decision).toEqual([
      expect.any(Number),
      await consentEpoch(),
      'release',
    ]);
  });

  it('an answer to a question about access leaves its verdict, a refused one too', async () => {
    const ask = async (persona: string, path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const { answer, records } = await recorded(persona, path, send('POST', body, headers));
      expect(answer.status).toBe(200);
      return records.map(({ outcome, patient, decision }) => [outcome, patient, decision?.[2]]);
    };
    const ada = { patient: 'ada-demo', type: 'Observation', action: 'read' };
    const nobody = { ...ada, patient: 'nobody-here' };
    const questions = [ada, { ...ada, type: 'Account', action: 'write' }, nobody];
    expect(await ask('clinician', '/consent/explain', ada)).toEqual([[0, 'ada-demo', 'release']]);
    expect(await ask('second-clinician', '/consent/explain', ada)).toEqual([
      [0, 'ada-demo', 'hide'],
    ]);
    expect(await ask('second-clinician', '/consent/decide', { questions })).toEqual([
      [0, 'ada-demo', 'hide'],
      [0, 'nobody-here', undefined],
    ]);
    expect(await ask('clinician', '/consent/decide', { questions })).toEqual([
      [0, 'ada-demo', 'mixed'],
      [0, 'nobody-here', undefined],
    ]);
  });

  it('the record is durable before the first byte of the answer', async () => {
    const holder = await owner.connect();
    try {
      await holder.query('begin');
      await holder.query('lock table audit in share row exclusive mode');
      let answered = false;
      const reading = world.fhir('clinician', '/Patient/ada-demo').then((answer) => {
        answered = true;
        return answer;
      });
      await expect
        .poll(async () => {
          const { rows } = await owner.query(
            `select from pg_locks where relation = 'audit'::regclass and not granted`,
          );
          return rows.length;
        })
        .toBeGreaterThan(0);
      expect(answered).toBe(false);
      await holder.query('commit');
      expect((await reading).status).toBe(200);
    } finally {
      holder.release(true);
    }
  });
});

describe('SRV-1 no silent answer: what is refused', () => {
  it('a read of a hidden record names the patient, one of an absent record what was asked', async () => {
    const hidden = await recorded('second-clinician', '/Patient/ada-demo');
    expect(hidden.answer.status).toBe(404);
    expect(hidden.records).toMatchObject([
      {
        type: 'read',
        outcome: 4,
        patient: 'ada-demo',
        decision: [expect.any(Number), await consentEpoch(), 'hide'],
      },
    ]);
    const absent = await recorded('second-clinician', '/Patient/nobody-here');
    expect(absent.records).toMatchObject([
      { type: 'read', outcome: 4, patient: 'nobody-here', decision: null },
    ]);
  });

  it('so does the history of one', async () => {
    const { answer, records } = await recorded('second-clinician', '/Patient/ada-demo/_history');
    expect(answer.status).toBe(404);
    expect(records).toMatchObject([
      {
        type: 'history-instance',
        outcome: 4,
        patient: 'ada-demo',
        decision: [expect.any(Number), expect.any(Number), 'hide'],
      },
    ]);
  });

  it.each([
    '/Observation?patient=ada-demo',
    '/Observation?patient=Patient/ada-demo',
    '/Observation?subject=Patient%2Fada-demo&_count=5',
    '/Observation?subject:Patient=ada-demo',
    '/Patient?_id=ada-demo',
    '/Observation?patient._id=ada-demo',
  ])('an empty search that named the patient: %s', async (path) => {
    const { answer, records } = await recorded('second-clinician', path);
    expect([answer.status, answer.body['entry'] ?? []]).toEqual([200, []]);
    expect(records).toMatchObject([
      {
        type: 'search-type',
        outcome: 4,
        patient: 'ada-demo',
        decision: [expect.any(Number), expect.any(Number), 'hide'],
      },
    ]);
  });

  it('an empty search about a patient who hides nothing is no refusal', async () => {
    const { records } = await recorded('clinician', '/Observation?patient=ada-demo&code=no-such');
    expect(records).toMatchObject([{ outcome: 0, patient: 'ada-demo' }]);
  });

  it('is counted as denied, in the answer of a search too', async () => {
    const denied = async () => {
      const { body } = await world.call('operator', '/operations/overview');
      return (body as { decisions: { denied: number } }).decisions.denied;
    };
    const before = await denied();
    await world.fhir('second-clinician', '/Patient/ada-demo');
    await world.fhir('second-clinician', '/Patient/ada-demo/_history');
    await world.fhir('second-clinician', '/Observation?patient=ada-demo');
    expect((await denied()) - before).toBe(3);
  });

  it.each<[string, string, string, RequestInit, object]>([
    [
      'an update of a hidden record',
      'second-clinician',
      '/Patient/ada-demo',
      send('PUT', { resourceType: 'Patient', id: 'ada-demo' }),
      { type: 'update', patient: 'ada-demo' },
    ],
    [
      'a deletion of a hidden record',
      'second-clinician',
      '/Patient/ada-demo',
      { method: 'DELETE' },
      { type: 'delete', patient: 'ada-demo' },
    ],
    [
      'an update of another version than the current one',
      'clinician',
      '/Patient/finn-demo',
      send('PUT', { resourceType: 'Patient', id: 'finn-demo' }, { 'if-match': 'W/"999"' }),
      { type: 'update', patient: 'finn-demo' },
    ],
    [
      'a create for a patient who is not there',
      'clinician',
      '/Observation',
      send('POST', observation('nobody-here')),
      { type: 'create', patient: 'nobody-here' },
    ],
    [
      'an invalid resource',
      'clinician',
      '/Observation',
      send('POST', { ...observation('finn-demo'), nonsense: 1 }),
      { type: 'create', patient: 'finn-demo' },
    ],
    [
      'a body that is no JSON',
      'clinician',
      '/Observation',
      { method: 'POST', body: '{' },
      { type: 'create', patient: null },
    ],
    [
      'a transaction that fails',
      'clinician',
      '',
      send('POST', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { resource: observation('nobody-here'), request: { method: 'POST', url: 'Observation' } },
        ],
      }),
      { type: 'transaction', patient: 'nobody-here' },
    ],
    [
      'a search that cannot be read',
      'clinician',
      '/Observation?patient=finn-demo&date=yesterday',
      {},
      { type: 'search-type', patient: 'finn-demo' },
    ],
    [
      'a search by POST that cannot be read',
      'clinician',
      '/Observation/_search?date=yesterday',
      {
        method: 'POST',
        body: 'code=x&subject:Patient=finn-demo',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      { type: 'search-type', patient: 'finn-demo' },
    ],
    [
      'a search by POST of a patient by id',
      'second-clinician',
      '/Patient/_search',
      {
        method: 'POST',
        body: '_id=ada-demo&birthdate=yesterday',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      { type: 'search-type', patient: 'ada-demo' },
    ],
    [
      'an export of a Group that is not there',
      'researcher',
      '/Group/nothing/$export',
      {},
      { type: 'read', patient: null },
    ],
    [
      '$everything of a hidden patient',
      'second-clinician',
      '/Patient/ada-demo/$everything',
      {},
      { type: 'operation-everything', patient: 'ada-demo' },
    ],
    [
      '$meta-add to a hidden record',
      'second-clinician',
      '/Patient/ada-demo/$meta-add',
      send('POST', { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: {} }] }),
      { patient: 'ada-demo' },
    ],
  ])('%s', async (_, persona, path, init, expected) => {
    const { answer, records } = await recorded(persona, path, init);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(records).toMatchObject([{ outcome: 4, ...expected }]);
  });

  it('a move into a hidden record, without saying that the record it came from was shown', async () => {
    const moving = { ...observation('finn-demo'), id: 'moving' };
    const path = '/Observation/moving';
    expect((await recorded('importer', path, send('PUT', moving))).answer.status).toBe(201);
    expect((await world.fhir('second-clinician', path)).status).toBe(200);
    const moved = { ...observation('ada-demo'), id: 'moving' };
    const { answer, records } = await recorded('second-clinician', path, send('PUT', moved));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(records).toMatchObject([
      {
        type: 'update',
        outcome: 4,
        patient: 'ada-demo',
        decision: [expect.anything(), expect.anything(), 'hide'],
      },
    ]);
  });

  it('an entry of a batch, whatever becomes of the others', async () => {
    const entry = (patient: string) => ({
      resource: observation(patient),
      request: { method: 'POST', url: 'Observation' },
    });
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [entry('finn-demo'), entry('nobody-here')],
    };
    const { answer, records } = await recorded('clinician', '', send('POST', batch));
    expect(answer.status).toBe(200);
    expect(records).toMatchObject([
      { type: 'create', outcome: 0, patient: 'finn-demo' },
      { type: 'create', outcome: 4, patient: 'nobody-here' },
    ]);
  });

  it('an interface that is not for the actor', async () => {
    const requestId = 'audit-forbidden-1';
    const headers = { 'x-request-id': requestId };
    expect((await world.call('patient', '/operations/overview', { headers })).status).toBe(403);
    expect(await recordsOf(requestId)).toMatchObject([{ outcome: 4 }]);
  });
});

describe('SRV-1 no silent answer: the platform itself', () => {
  it('inference leaves records of what it read', async () => {
    await expect
      .poll(
        async () => {
          const records = await auditRecords(owner, world, `actor = 'Device/holdfast-inference'`);
          return records
            .map(said)
            .filter(({ type, patient }) => type === 'read' && patient !== null);
        },
        { timeout: 60_000 },
      )
      .toContainEqual(expect.objectContaining({ outcome: 0 }));
  }, 70_000);
});

describe('SRV-1 what cannot be recorded is not answered', () => {
  it.each([
    ['a read', '/Patient/finn-demo'],
    ['a search', '/Observation?patient=finn-demo'],
    ['a refusal', '/Observation?date=yesterday'],
  ])('%s gets 503, and operators a signal', async (_, path) => {
    await owner.query('revoke insert on audit from holdfast_app');
    try {
      const answer = await world.fhir('clinician', path);
      expect([answer.status, answer.body['resourceType']]).toEqual([503, 'OperationOutcome']);
    } finally {
      await owner.query('grant insert on audit to holdfast_app');
    }
    const { text } = await world.call('operator', '/operations/signals?state=open');
    expect(text).toContain('audit-append-failed');
  });
});

describe('the ledger of a running platform', () => {
  it('is copied outside the database, checkpoint by checkpoint', async () => {
    const kept = () => readFile(join(world.dataDirectory, 'checkpoint-1'), 'utf8');
    await expect
      .poll(async () => {
        const { rows } = await owner.query<{ note: string }>(
          'select note from log_checkpoint where tenant = 1 order by size desc limit 1',
        );
        return rows[0]?.note === (await kept());
      })
      .toBe(true);
  });

  it('is ready while its log is signed', async () => {
    const { body, status } = await world.call('operator', '/health/ready');
    expect([status, body]).toMatchObject([
      200,
      { checks: [{ name: 'database' }, { name: 'ledger', state: 'ok' }] },
    ]);
  });

  it('holds, and finds a version, a label and a consent state that were changed underneath', async () => {
    const verify = async () => {
      const report = await verifyRecords(owner, { tenant, keys, ring, trusted: [] });
      return { ok: report.ok, findings: report.findings };
    };
    expect(await verify()).toEqual({ ok: true, findings: [] });
    const tampered = async (sql: string, undo: string) => {
      await owner.query(sql);
      try {
        return await verify();
      } finally {
        await owner.query(undo);
      }
    };
    const ada = `tenant = 1 and type = patient_type() and id = 'ada-demo'`;
    expect(
      await tampered(
        `update resource set content = replace(content, '"Ada"', '"Eve"') where ${ada}`,
        `update resource set content = replace(content, '"Eve"', '"Ada"') where ${ada}`,
      ),
    ).toMatchObject({ ok: false, findings: [{ kind: 'content-altered' }] });
    expect(
      await tampered(
        `update resource set sensitivity = sensitivity # 1 where ${ada}`,
        `update resource set sensitivity = sensitivity # 1 where ${ada}`,
      ),
    ).toMatchObject({ ok: false, findings: [{ kind: 'content-altered', detail: 'sensitivity' }] });
    expect(
      await tampered(
        `update patient_state set consent_class = -consent_class where patient_id = 'ada-demo'`,
        `update patient_state set consent_class = -consent_class where patient_id = 'ada-demo'`,
      ),
    ).toMatchObject({
      ok: false,
      findings: [{ kind: 'content-altered' }],
    });
    const swapped = `update patient_state set patient_id = 'swapping' where patient_id = 'ada-demo';
      update patient_state set patient_id = 'ada-demo' where patient_id = 'cora-demo';
      update patient_state set patient_id = 'cora-demo' where patient_id = 'swapping'`;
    expect(await tampered(swapped, swapped)).toMatchObject({
      ok: false,
      findings: expect.arrayContaining([
        expect.objectContaining({ detail: expect.stringMatching(/^patient_id of/) as string }),
      ]) as unknown,
    });
  }, 120_000);

  it('finds that a resource which names two patients was made one of a single patient', async () => {
    const { status } = await world.call('importer', '/fhir/R4/Observation/of-two', {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Observation',
        id: 'of-two',
        status: 'final',
        code: { text: 'what one patient observed of another' },
        subject: { reference: 'Patient/cora-demo' },
        performer: [{ reference: 'Patient/ada-demo' }],
      }),
    });
    expect(status).toBe(201);
    const verify = async () =>
      (await verifyRecords(owner, { tenant, keys, ring, trusted: [] })).findings;
    expect(await verify()).toEqual([]);
    const { rows } = await owner.query<{ named: string[] }>(
      "select other_patients as named from resource where tenant = 1 and id = 'of-two'",
    );
    const named = rows[0]?.named ?? [];
    expect(named).toHaveLength(1);
    const set = 'update resource set other_patients = $1 where tenant = 1 and id = ';
    for (const instead of [null, [], [0]]) {
      await owner.query(`${set}'of-two'`, [instead]);
      expect(await verify()).toMatchObject([{ kind: 'content-altered', detail: 'other_patients' }]);
    }
    await owner.query(`${set}'of-two'`, [named]);
    expect(await verify()).toEqual([]);
  }, 120_000);
});
