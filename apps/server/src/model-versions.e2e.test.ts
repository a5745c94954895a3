// Goal: a flip of a model's version holds for the next inference, and nothing runs that this
// installation did not sign. Method: a whole server; versions made of the shipped files.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addVersion,
  CANARY_STAGES,
  loadOrCreateModelKey,
  modelFiles,
  promote,
  readModelFolder,
  readModels,
  recordEvaluation,
  rollBack,
  signModel,
} from '@holdfast/inference';
import type { TenantId } from '@holdfast/kernel';
import { createPool, inTransaction } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Serving, serving } from './testing/serving.ts';

const TENANT = 1 as TenantId;
const ID = 'deterioration-24h';
const shipped = '1';
const room = mkdtempSync(join(tmpdir(), 'holdfast-versions-'));
let at: Serving;
let owner: Pool;

beforeAll(async () => {
  at = await serving();
  owner = createPool({ url: at.server.ownerUrl, tenant: 1, max: 2 });
}, 120_000);
afterAll(async () => {
  await owner.end();
  await at.stop();
  rmSync(room, { recursive: true, force: true });
}, 60_000);

/** The shipped files under another version, signed by a key in `keys`, and through all its stages. */
async function answering(version: string, keys: string): Promise<void> {
  const from = readModels().models.find(({ model }) => model.id === ID);
  if (from === undefined) throw new Error('the model comes along');
  const folder = join(room, version);
  cpSync(from.folder, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = { ...(JSON.parse(readFileSync(file, 'utf8')) as object), version };
  writeFileSync(file, JSON.stringify(manifest));
  const artifact = readModelFolder(folder);
  const key = loadOrCreateModelKey(keys);
  if (!artifact.ok || !key.ok) throw new Error('both are there');
  const { sha256, manifest: read } = artifact.value;
  const model = { id: ID, version };
  await inTransaction(owner, (tx) =>
    addVersion(tx, TENANT, {
      ...{ model, capability: read.capability, sha256, files: modelFiles(folder, read) },
      signature: signModel(key.value, model, sha256),
    }),
  );
  await recordEvaluation(owner, TENANT, { model, report: { verdict: 'pass', findings: [] } });
  for (let stage = 0; stage <= CANARY_STAGES.length; stage++) {
    await inTransaction(owner, (tx) => promote(tx, TENANT, { model, reason: 'test', shipped }));
  }
}

let serial = 0;

/** One more round of vital signs; what the model said of it. */
async function scored(): Promise<{ readonly method: string; readonly note: string }> {
  serial += 1;
  const patient = `of-round-${serial}`;
  const request = (method: string, url: string) => ({ method, url });
  const value = (code: string, amount: number, unit: string) => ({
    request: request('POST', 'Observation'),
    resource: {
      ...{ resourceType: 'Observation', status: 'final' },
      subject: { reference: `Patient/${patient}` },
      effectiveDateTime: new Date().toISOString(),
      code: { coding: [{ system: 'http://loinc.org', code }] },
      valueQuantity: { value: amount, system: 'http://unitsofmeasure.org', code: unit },
    },
  });
  const { status } = await at.fhir('importer', '', {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      ...{ resourceType: 'Bundle', type: 'transaction' },
      entry: [
        {
          request: request('PUT', `Patient/${patient}`),
          resource: { resourceType: 'Patient', id: patient, birthDate: '1950-01-01' },
        },
        ...[value('9279-1', 24, '/min'), value('59408-5', 91, '%')],
        ...[value('8480-6', 95, 'mm[Hg]'), value('8867-4', 120, '/min')],
      ],
    }),
  });
  expect(status).toBe(200);
  const address = `/RiskAssessment?patient=${patient}&method=${ID}`;
  let found: unknown;
  await expect
    .poll(
      async () => {
        const { body } = await at.fhir('clinician', address);
        [found] = (body['entry'] ?? []) as unknown[];
        return found;
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBeDefined();
  const { resource } = found as {
    readonly resource: { readonly method: { text: string }; readonly note: { text: string }[] };
  };
  return { method: resource.method.text, note: resource.note[0]?.text ?? '' };
}

it('answers by the shipped version, then by the promoted one, and back', async () => {
  expect(await scored()).toMatchObject({ method: `${ID}@1` });
  await answering('2', join(at.dataDirectory, 'keys'));
  const promoted = await scored();
  expect(promoted.method).toBe(`${ID}@2`);
  expect(promoted.note).toContain('Not for care');
  await inTransaction(owner, (tx) => rollBack(tx, TENANT, { model: ID, reason: 'test', shipped }));
  expect(await scored()).toMatchObject({ method: `${ID}@1` });
}, 240_000);

it('runs no version that another key signed: the one that comes along answers', async () => {
  await answering('3', join(room, 'other-keys'));
  expect(await scored()).toMatchObject({ method: `${ID}@1` });
}, 240_000);
