import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../sha256/node.ts';
import { chainOver } from './access-chain.ts';
import { pathWithin, verifyCompleteness } from './completeness.ts';
import { compareTags, type IndexedPatient, PrefixTrie } from './prefix-trie.ts';

const trie = new PrefixTrie(sha256);
/** Few distinct bytes, so that tags share long prefixes. */
const tag = fc
  .array(fc.constantFrom(0, 1, 255), { minLength: 12, maxLength: 12 })
  .map((bytes) => Uint8Array.from(bytes));
const positions = fc
  .uniqueArray(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 6 })
  .map((all) => all.toSorted((a, b) => a - b));
const log = fc.uniqueArray(fc.record({ tag, positions }), {
  selector: (patient) => Buffer.from(patient.tag).toString('hex'),
  minLength: 1,
  maxLength: 20,
});

function indexed(patients: readonly { tag: Uint8Array; positions: readonly number[] }[]) {
  const all: IndexedPatient[] = patients
    .map((patient) => ({ tag: patient.tag, chain: chainOver(patient.positions, sha256) }))
    .toSorted(compareTags);
  return {
    root: trie.subtree(all),
    pathOf: (of: Uint8Array) => pathWithin(all, { tag: of, depth: 0, trie }),
  };
}

describe('LED-16 a proof says: these are all the entries about this patient', () => {
  it('the true list verifies, and no other does', () => {
    fc.assert(
      fc.property(log, fc.nat(), (patients, pick) => {
        const { root, pathOf } = indexed(patients);
        const one = patients[pick % patients.length];
        if (one === undefined) return;
        const claim = { tag: one.tag, positions: one.positions, path: pathOf(one.tag), root };
        expect(verifyCompleteness(claim, sha256)).toBe(true);
        const others = [
          one.positions.slice(1),
          one.positions.slice(0, -1),
          [...one.positions, 2 ** 41],
          one.positions.map((at) => at + 1),
          [...one.positions, one.positions.at(-1) ?? 0],
          [],
        ];
        for (const wrong of others) {
          expect(verifyCompleteness({ ...claim, positions: wrong }, sha256)).toBe(false);
        }
      }),
    );
  });

  it('that there is nothing is proved for those the log does not name, and for nobody else', () => {
    fc.assert(
      fc.property(log, tag, (patients, stranger) => {
        const { root, pathOf } = indexed(patients);
        const named = patients.some((patient) => Buffer.from(patient.tag).equals(stranger));
        const claim = { tag: stranger, positions: [], path: pathOf(stranger), root };
        expect(verifyCompleteness(claim, sha256)).toBe(!named);
        for (const patient of patients) {
          // Another's absence, or anybody's path, hides nobody.
          const hidden = { ...claim, tag: patient.tag };
          expect(verifyCompleteness(hidden, sha256)).toBe(false);
          const path = { siblings: pathOf(patient.tag).siblings, other: patientOf(stranger) };
          expect(verifyCompleteness({ ...hidden, path }, sha256)).toBe(false);
        }
      }),
    );
  });

  it('the same patients give the same root, in whatever order they were found', () => {
    fc.assert(
      fc.property(log, (patients) => {
        expect(indexed(patients.toReversed()).root).toEqual(indexed(patients).root);
      }),
    );
  });

  it('a path of the wrong length or with a changed hash does not verify', () => {
    fc.assert(
      fc.property(log, fc.nat(), fc.nat(), (patients, pick, at) => {
        const { root, pathOf } = indexed(patients);
        const one = patients[pick % patients.length];
        if (one === undefined) return;
        const { siblings } = pathOf(one.tag);
        const changed = siblings.map((hash, i) =>
          i === at % siblings.length ? hash.map((byte) => byte ^ 1) : hash,
        );
        for (const wrong of [changed, siblings.slice(1), siblings.slice(0, -1), []]) {
          const claim = { tag: one.tag, positions: one.positions, path: { siblings: wrong }, root };
          expect(verifyCompleteness(claim, sha256)).toBe(false);
        }
      }),
    );
  });
});

const patientOf = (of: Uint8Array): IndexedPatient => ({
  tag: of,
  chain: chainOver([1], sha256),
});
