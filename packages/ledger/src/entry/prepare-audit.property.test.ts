import { createHmac } from 'node:crypto';
import { type RequestId, systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvent } from '../testing/audit-events.ts';
import type { AuditAction, AuditEvent, AuditOutcome } from './audit-event.ts';
import { isSealed, leafDisagreements, parseLeaf } from './leaf.ts';
import { commitment, prepareAudit } from './prepare-audit.ts';
import { AuditProducer } from './producer.ts';
import { TagKey } from './tag-key.ts';

const key = new Uint8Array(32).fill(7);
const tenant = 3 as TenantId;
const context = (producer = new AuditProducer({ process: 'api-1', epoch: 1_795_000_000_000 })) => ({
  tenant,
  tagKey: new TagKey(key),
  producer,
  clock: systemClock,
  random: systemRandom,
});

const word = fc.string({ unit: 'grapheme', maxLength: 40 });
const access: fc.Arbitrary<AuditEvent> = fc.record({
  requestId: word.map((id) => id as RequestId),
  actor: word,
  roles: fc.array(word, { maxLength: 3 }),
  purposes: fc.array(word, { maxLength: 3 }),
  action: fc.constantFrom<AuditAction[]>('C', 'R', 'U', 'D', 'E'),
  interaction: word,
  outcome: fc.constantFrom<AuditOutcome[]>(0, 4, 8, 12),
  target: fc.option(word),
  patientId: fc.option(word),
  decision: fc.option(fc.record({ consentClass: fc.nat(), epoch: fc.constant(5n), verdict: word })),
});

const event = fc.oneof(
  access,
  fc.tuple(access, word).map(([given, content]) => ({ ...given, content })),
);

describe('LED-3 a leaf is canonical, complete and free of personal data', () => {
  it('is RFC 8785 canonical JSON that agrees with its columns and commits to its body', () => {
    fc.assert(
      fc.property(event, (given) => {
        const row = prepareAudit(given, context());
        const text = row.leaf.toString('utf8');
        expect(canonicalize(JSON.parse(text))).toBe(text);
        const leaf = parseLeaf(row.leaf);
        if (!leaf.ok) throw new Error(leaf.error);
        expect(leafDisagreements(leaf.value, row)).toEqual([]);
        const seal = { tagKey: new TagKey(key), tenant };
        expect(isSealed(leaf.value, seal)).toBe(true);
        expect(isSealed({ ...leaf.value, n: leaf.value.n + 1 }, seal)).toBe(false);
        expect(isSealed(leaf.value, { ...seal, tagKey: new TagKey(new Uint8Array(32)) })).toBe(
          false,
        );
        expect(leaf.value.body).toBe(commitment(row));
        expect(commitment({ ...row, body: `${row.body} ` })).not.toBe(leaf.value.body);
        expect(commitment({ ...row, actor: `${row.actor} ` })).not.toBe(leaf.value.body);
      }),
    );
  });

  it('never contains who, on what or about whom', () => {
    const row = prepareAudit(readEvent(), context());
    const { actor, target, patientId, requestId } = readEvent();
    for (const secret of [actor, target, patientId, requestId]) {
      expect(row.leaf.toString('utf8')).not.toContain(secret);
      expect(`${row.actor} ${row.body}`).toContain(secret);
    }
  });

  it('takes at most 620 bytes with body and salt for a read', () => {
    const { leaf, body, salt } = prepareAudit(readEvent(), context());
    expect(leaf.length + Buffer.byteLength(body) + salt.length).toBeLessThanOrEqual(620);
  });

  it('its tags are HMAC-SHA256, and differ by kind and by tenant', () => {
    const tagKey = new TagKey(key);
    const expected = createHmac('sha256', key).update('patient\x003\0p1').digest().subarray(0, 12);
    expect(tagKey.tag({ kind: 'patient', tenant, value: 'p1' })).toEqual(expected);
    const tags = [
      tagKey.tag({ kind: 'patient', tenant, value: 'p1' }),
      tagKey.tag({ kind: 'actor', tenant, value: 'p1' }),
      tagKey.tag({ kind: 'patient', tenant: 4 as TenantId, value: 'p1' }),
    ].map((tag) => tag.toString('hex'));
    expect(new Set(tags).size).toBe(3);
  });
});

describe('LED-4 the counters of a producer have no unexplained hole', () => {
  it('a released number is named by the next leaf, and again if that one is released too', () => {
    const producer = new AuditProducer({ process: 'api-1', epoch: 1 });
    const [first, second, third] = [1, 2, 3].map(() =>
      prepareAudit(readEvent(), context(producer)),
    );
    producer.release([second, third].flatMap((row) => row ?? []));
    const fourth = prepareAudit(readEvent(), context(producer));
    expect([first?.n, fourth.n, fourth.voids]).toEqual([0, 3, [1, 2]]);
    expect(parseLeaf(fourth.leaf)).toMatchObject({ ok: true, value: { n: 3, void: [1, 2] } });
    producer.release([fourth]);
    expect(prepareAudit(readEvent(), context(producer)).voids).toEqual([3, 1, 2]);
    expect(prepareAudit(readEvent(), context(producer)).voids).toEqual([]);
  });
});
