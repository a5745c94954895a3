import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@holdfast/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ed25519Cosigner,
  ed25519Signer,
  ed25519VerifierKey,
  nodeCryptography,
} from '../ed25519/node.ts';
import { originHash, WitnessDirectory } from '../files/witness-directory.ts';
import { WitnessClient } from '../http/witness-client.ts';
import { witnessServer } from '../http/witness-server.ts';
import { ed25519FromSeed } from '../keys/log-keys.ts';
import { proveConsistency } from '../merkle/consistency.ts';
import { formatCheckpoint } from '../note/checkpoint.ts';
import { noteVerifier } from '../note/signature.ts';
import { openNote, signNote, withSignatures } from '../note/signed-note.ts';
import { SIGNATURE_TYPE } from '../note/verifier-key.ts';
import { nodeTreeHasher as hasher } from '../sha256/node.ts';
import { memoryNodes, numberedEntries, recursiveRoot } from '../testing/memory-tree.ts';
import { formatAddCheckpoint } from './add-checkpoint.ts';
import { Witness } from './witness.ts';

const random = seededRandom(11);
const logKey = ed25519FromSeed(random.bytes(32));
const witnessKey = ed25519FromSeed(random.bytes(32));
const origin = 'log.example/audit/1';
const name = 'witness.example/w1';
const now = new Date('2026-11-24T08:00:00Z');

function verifierOf(key: string) {
  const verifier = noteVerifier(key, nodeCryptography);
  if (!verifier.ok) throw new Error(verifier.error);
  return verifier.value;
}
const logVerifier = verifierOf(ed25519VerifierKey(origin, logKey));
const witnessVerifier = verifierOf(
  ed25519VerifierKey(name, witnessKey, SIGNATURE_TYPE.cosignatureV1),
);

const treeOf = (entries: readonly Uint8Array[]) => {
  const hashes = entries.map((entry) => hasher.leaf(entry));
  return {
    rootAt: (size: number) => recursiveRoot(hashes.slice(0, size), hasher),
    read: memoryNodes(hashes, hasher),
  };
};
const tree = treeOf(numberedEntries(40));
const fork = treeOf(numberedEntries(40).with(3, Buffer.from('another entry 3')));

function noteAt(size: number, of = tree, signer = ed25519Signer(origin, logKey)): string {
  const root = of.rootAt(size);
  return signNote(formatCheckpoint({ origin, size, root }), [signer]);
}

async function requestAt(old: number, size: number, of = tree): Promise<string> {
  const growth = { older: old, newer: size };
  const proof = old === 0 || old === size ? [] : await proveConsistency(growth, of.read, hasher);
  return formatAddCheckpoint({ old, proof, note: noteAt(size, of) });
}

let directory: string;
let store: WitnessDirectory;
let witness: Witness;
const open = () => {
  store = new WitnessDirectory(join(directory, 'seen'));
  witness = new Witness({
    logs: new Map([[origin, logVerifier]]),
    cosigner: ed25519Cosigner(name, { privateKey: witnessKey, now: () => now }),
    store,
    hasher,
  });
};
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'witness-'));
  open();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('LED-15 a witness cosigns one history of a log', () => {
  it('cosigns what continues it, and says when', async () => {
    const first = await witness.addCheckpoint(await requestAt(0, 7));
    expect(first.status).toBe(200);
    const second = await witness.addCheckpoint(await requestAt(7, 30));
    expect(second.status).toBe(200);
    const note = withSignatures(noteAt(30), second.body);
    expect(await openNote(note, [witnessVerifier, logVerifier])).toMatchObject({
      ok: true,
      value: { signedBy: [origin, name] },
    });
    expect(await store.note(originHash(origin))).toBe(note);
  });

  it('cosigns the same checkpoint again', async () => {
    await witness.addCheckpoint(await requestAt(0, 7));
    expect((await witness.addCheckpoint(await requestAt(7, 7))).status).toBe(200);
  });

  it.each<[string, () => Promise<string>, number]>([
    ['a fork of the same size', () => requestAt(7, 7, fork), 422],
    ['a fork that goes on', () => requestAt(7, 30, fork), 422],
    [
      'a proof that is none',
      async () => formatAddCheckpoint({ old: 7, proof: [], note: noteAt(9) }),
      422,
    ],
    ['an older size than it has seen', () => requestAt(3, 30), 409],
    ['a roll-back', () => requestAt(3, 5), 409],
    ['a start from nothing', () => requestAt(0, 30), 409],
    [
      'an old size beyond the checkpoint',
      async () => formatAddCheckpoint({ old: 7, proof: [], note: noteAt(5) }),
      400,
    ],
    ['what is no request', async () => 'old seven\n\n', 400],
    ['what is no checkpoint', async () => 'old 7\n\nhello\n', 400],
    [
      'somebody else’s signature',
      async () =>
        formatAddCheckpoint({
          old: 7,
          proof: [],
          note: noteAt(7, tree, ed25519Signer(origin, witnessKey)),
        }),
      403,
    ],
    [
      'a log it does not watch',
      async () =>
        formatAddCheckpoint({
          old: 7,
          proof: [],
          note: noteAt(7).replace(origin, 'other.example/log'),
        }),
      404,
    ],
  ])('refuses %s, and remembers what it has seen', async (_, request, status) => {
    await witness.addCheckpoint(await requestAt(0, 7));
    const before = await store.note(originHash(origin));
    const answer = await witness.addCheckpoint(await request());
    expect(answer.status).toBe(status);
    if (status === 409)
      expect(answer).toMatchObject({ contentType: 'text/x.tlog.size', body: '7\n' });
    expect(await store.note(originHash(origin))).toBe(before);
  });

  it('never cosigns two histories that come at once', async () => {
    const answers = await Promise.all([
      witness.addCheckpoint(await requestAt(0, 7)),
      witness.addCheckpoint(await requestAt(0, 7, fork)),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  it('remembers over a restart, and does not begin anew where its memory is damaged', async () => {
    await witness.addCheckpoint(await requestAt(0, 7));
    open();
    expect((await witness.addCheckpoint(await requestAt(0, 7, fork))).status).toBe(409);
    await store.replace(origin, {
      expected: await store.read(origin),
      head: { size: 0, root: tree.rootAt(0), note: 'damaged' },
    });
    await expect(witness.addCheckpoint(await requestAt(0, 7, fork))).rejects.toThrow('damaged');
  });
});

describe('a log and its witness over HTTP', () => {
  async function served<Done>(work: (url: string) => Promise<Done>): Promise<Done> {
    const server = witnessServer(witness, store);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('the client proves growth, and learns from the witness what that has seen', async () => {
    await served(async (url) => {
      const address = { url, verifier: witnessVerifier };
      expect(await new WitnessClient(address).cosign(noteAt(7), tree.read)).toMatchObject({
        ok: true,
      });
      // One that has restarted knows nothing of the first call.
      const client = new WitnessClient(address);
      expect(await client.cosign(noteAt(20), tree.read)).toMatchObject({ ok: true });
      expect(await client.cosign(noteAt(40), tree.read)).toMatchObject({ ok: true });
      const answer = await fetch(`${url}/${originHash(origin)}/checkpoint`);
      expect(await answer.text()).toContain(noteAt(40));
    });
  });

  it('a fork and a roll-back are refusals, an absent witness is not', async () => {
    const address = await served(async (url) => {
      const reached = { url, verifier: witnessVerifier };
      await new WitnessClient(reached).cosign(noteAt(20), tree.read);
      const refused = { ok: false, error: 'refused' };
      expect(await new WitnessClient(reached).cosign(noteAt(30, fork), fork.read)).toEqual(refused);
      expect(await new WitnessClient(reached).cosign(noteAt(10), tree.read)).toEqual(refused);
      const stranger = { url, verifier: logVerifier };
      expect(await new WitnessClient(stranger).cosign(noteAt(30), tree.read)).toEqual({
        ok: false,
        error: 'unknown',
      });
      return reached;
    });
    expect(await new WitnessClient(address).cosign(noteAt(40), tree.read)).toEqual({
      ok: false,
      error: 'unreachable',
    });
  });
});
