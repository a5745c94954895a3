import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type TenantId } from '@holdfast/kernel';
import {
  decodeEntryBundle,
  ed25519Cosigner,
  ed25519VerifierKey,
  loadLogKeys,
  loadOrCreateWitnessKey,
  nodeCryptography,
  nodeTreeHasher,
  noteVerifier,
  openCheckpoint,
  openNote,
  SIGNATURE_TYPE,
  sameHash,
  TILE_WIDTH,
  tilePath,
  verifyCompletenessProof,
  Witness,
  WitnessDirectory,
  witnessServer,
} from '@holdfast/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatientAccesses } from '../patient-accesses.ts';
import { type Serving, serving } from '../testing/serving.ts';
import { LOG_ORIGIN } from '../verify-records.ts';

const tenant = 1 as TenantId;
const { sha256 } = nodeCryptography;
const NAME = 'witness.example/1';
const directory = mkdtempSync(join(tmpdir(), 'holdfast-witness-'));
let world: Serving;
let witnessing: Server;
let witnessKey: string;
/** Which logs it watches: the server's key is made at its first start. */
const logs = new Map();

beforeAll(async () => {
  const privateKey = await loadOrCreateWitnessKey(directory);
  witnessKey = ed25519VerifierKey(NAME, privateKey, SIGNATURE_TYPE.cosignatureV1);
  const store = new WitnessDirectory(join(directory, 'seen'));
  const cosigner = ed25519Cosigner(NAME, { privateKey, now: () => systemClock.now() });
  witnessing = witnessServer(new Witness({ logs, cosigner, store, hasher: nodeTreeHasher }), store);
  await new Promise<void>((listening) => witnessing.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(witnessing.address() as AddressInfo).port}`;
  world = await serving({ witnesses: [{ url, key: witnessKey }] });
  const keys = await loadLogKeys(join(world.dataDirectory, 'keys'), LOG_ORIGIN);
  logs.set(keys.originOf(tenant), keys.verifierOf(tenant));
}, 120_000);
afterAll(async () => {
  await world.stop();
  witnessing.closeAllConnections();
  witnessing.close();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

async function bytes(path: string): Promise<Buffer> {
  const token = await world.tokenOf('compliance-officer');
  const response = await fetch(`${world.server.url}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([path, response.status]).toEqual([path, 200]);
  return Buffer.from(await response.arrayBuffer());
}

const checkpointText = async (): Promise<string> =>
  (await world.call('compliance-officer', '/ledger/checkpoint')).text;

describe('the log, for whoever verifies it', () => {
  it('its checkpoints are cosigned by the witness', async () => {
    const verifier = noteVerifier(witnessKey, nodeCryptography);
    if (!verifier.ok) throw new Error(verifier.error);
    await expect
      .poll(
        async () => {
          await world.fhir('clinician', '/Patient?_count=1');
          return (await openNote(await checkpointText(), [verifier.value])).ok;
        },
        { timeout: 20_000 },
      )
      .toBe(true);
  });

  it('the root can be made again from the entry bundles, and from the hash tiles', async () => {
    for (let i = 0; i < 270; i++) await world.fhir('clinician', '/Patient?_count=1');
    const keys = await loadLogKeys(join(world.dataDirectory, 'keys'), LOG_ORIGIN);
    const verifier = keys.verifierOf(tenant);
    const head = async () => {
      const opened = await openCheckpoint(await checkpointText(), verifier);
      if (!opened.ok) throw new Error(opened.error);
      return opened.value;
    };
    await expect.poll(async () => (await head()).size, { timeout: 20_000 }).toBeGreaterThan(257);
    const { size, root } = await head();
    const hashes: Uint8Array[] = [];
    for (let index = 0; index * TILE_WIDTH < size; index++) {
      const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
      const bundle = decodeEntryBundle(
        await bytes(`/ledger/${tilePath({ level: 'entries', index, width })}`),
      );
      if (!bundle.ok) throw new Error(bundle.error);
      const leaves = bundle.value.map((entry) => nodeTreeHasher.leaf(entry));
      const tile = await bytes(`/ledger/${tilePath({ level: 0, index, width })}`);
      expect(tile.equals(Buffer.concat(leaves))).toBe(true);
      hashes.push(...leaves);
    }
    expect(sameHash(rootOf(hashes), root)).toBe(true);
    const above = await bytes(`/ledger/${tilePath({ level: 1, index: 0, width: 1 })}`);
    expect(sameHash(above, rootOf(hashes.slice(0, TILE_WIDTH)))).toBe(true);
  }, 60_000);

  it('tiles are for verifiers, whole, immutable, and no further than a checkpoint goes', async () => {
    const tile = await world.call('compliance-officer', '/ledger/tile/0/000.p/1');
    expect([tile.status, tile.headers.get('cache-control')]).toEqual([
      200,
      'private, max-age=31536000, immutable',
    ]);
    expect((await world.call('clinician', '/ledger/tile/0/000.p/1')).status).toBe(403);
    for (const path of [
      'tile/0/999',
      'tile/entries/999',
      'tile/0/0',
      'tile/64/000',
      'tile/9/000',
    ]) {
      expect([path, (await world.call('compliance-officer', `/ledger/${path}`)).status]).toEqual([
        path,
        404,
      ]);
    }
  });
});

describe('who saw this patient', () => {
  it('is answered to compliance officers, with a proof that it is everybody, and recorded', async () => {
    const body = JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Ledger' }] });
    const created = await world.fhir('clinician', '/Patient', { method: 'POST', body });
    const id = String(created.body['id']);
    await world.fhir('clinician', `/Patient/${id}`);
    const keys = await loadLogKeys(join(world.dataDirectory, 'keys'), LOG_ORIGIN);
    const asked = async () => {
      const answer = await world.call('compliance-officer', `/ledger/patients/${id}`);
      expect(answer.status).toBe(200);
      const { accesses, proof } = JSON.parse(answer.text) as PatientAccesses;
      const positions = accesses.map(({ position }) => position);
      const by = { verifier: keys.verifierOf(tenant), sha256 };
      expect(await verifyCompletenessProof({ proof, positions }, by)).toMatchObject({ ok: true });
      const fewer = { proof, positions: positions.slice(1) };
      expect(await verifyCompletenessProof(fewer, by)).toEqual({
        ok: false,
        error: 'not-complete',
      });
      return accesses.map(({ interaction }) => interaction);
    };
    expect(await asked()).toEqual(['create', 'read']);
    expect(await asked()).toEqual(['create', 'read', 'read-accesses']);
    expect((await world.call('clinician', `/ledger/patients/${id}`)).status).toBe(403);
    expect(await asked()).toContain('read');
  }, 60_000);
});

/** RFC 9162 section 2.1.1, the way that needs no thought. */
function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (hashes.length === 1 && only !== undefined) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeTreeHasher.node(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}
