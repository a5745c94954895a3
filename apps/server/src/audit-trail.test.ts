import type { Actor } from '@holdfast/consent';
import { type RequestId, systemClock, type TenantId } from '@holdfast/kernel';
import {
  type AuditAppender,
  AuditProducer,
  type AuditRow,
  BodyKeys,
  FAREWELL,
  KeyRing,
  parseBody,
  parseLeaf,
  TagKey,
} from '@holdfast/ledger';
import type { Change, RowFacts } from '@holdfast/store';
import { seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { type Access, AuditTrail, MINOR, SERIOUS, SUCCESS } from './audit-trail.ts';

const tenant = 1 as TenantId;
const actor: Actor = {
  tenant,
  principal: 'Practitioner/a',
  closure: ['Practitioner/a'],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};
const who = () => ({ actor, requestId: 'r' as RequestId });

function trail() {
  const stored: AuditRow[] = [];
  const producer = new AuditProducer({ process: 'p', epoch: 1 });
  const append = async (rows: readonly AuditRow[]) => void stored.push(...rows);
  const random = seededRandom(3);
  const ring = new KeyRing(new Map([[1, random.bytes(32)]]));
  const audit = new AuditTrail({
    appender: { append } as unknown as AuditAppender,
    producer,
    bodyKeys: new BodyKeys({ tenant, ring, random }),
    tagKey: new TagKey(random.bytes(32)),
    clock: systemClock,
    random,
  });
  const leaves = () =>
    stored.map(({ leaf }) => {
      const parsed = parseLeaf(leaf);
      if (!parsed.ok) throw new Error(parsed.error);
      return parsed.value;
    });
  return { audit, producer, stored, leaves };
}

const row = (patientId: string) => ({ patientId, consentClass: 1 }) as RowFacts;
const access = (fields: Partial<Access>): Access => ({
  interaction: 'read',
  action: 'R',
  target: 'Observation/o',
  outcome: SUCCESS,
  epoch: 1n,
  ...fields,
});

describe('what is said of each patient of an access', () => {
  const said = async (asked: Access, ...rows: RowFacts[]) => {
    const { audit, stored } = trail();
    await audit.accessed(who(), asked, rows);
    return stored.map(({ outcome, body }) => {
      const { patient, decision } = parseBody(body) ?? {};
      return [patient, outcome, decision?.[2]];
    });
  };

  it('is the most telling first: shown, denied, hidden, named', async () => {
    const asked = access({
      hidden: [row('shown'), row('hidden')],
      denied: [row('mixed'), row('denied')],
      named: ['named', 'hidden'],
    });
    expect(await said(asked, row('shown'), row('mixed'), row('shown'))).toEqual([
      ['shown', SUCCESS, 'release'],
      ['mixed', SUCCESS, 'mixed'],
      ['denied', SUCCESS, 'hide'],
      ['hidden', MINOR, 'hide'],
      ['named', SUCCESS, undefined],
    ]);
  });

  it('a failure stays one for whose data was hidden too', async () => {
    const asked = access({ outcome: SERIOUS, hidden: [row('hidden')] });
    expect(await said(asked)).toEqual([['hidden', SERIOUS, 'hide']]);
  });
});

describe('the numbers of records that came to nothing', () => {
  const change = (id: string) =>
    ({ interaction: 'create', type: 'Observation', id, version: 1, owner: null }) as Change;
  const decidedAt = { epoch: 1n, states: new Map(), absent: [] };

  it('of a write in somebody else’s transaction are given back when that is undone, once', async () => {
    const { audit, producer } = trail();
    const write = audit.forWriteWithin(who());
    write.audit.prepare([change('a'), change('b')], decidedAt);
    write.audit.release(write.audit.prepare([change('c')], decidedAt));
    expect(producer.take().voids).toEqual([2]);
    write.undone();
    write.undone();
    expect(producer.take()).toEqual({ n: 4, voids: [0, 1] });
  });

  it('are all named by the farewell, in as many records as it takes', async () => {
    const { audit, producer, leaves } = trail();
    const given = Array.from({ length: 600 }, () => producer.take());
    producer.release(given);
    await audit.farewell(tenant);
    expect(leaves().map(({ type }) => type)).toEqual([FAREWELL, FAREWELL, FAREWELL]);
    expect(leaves().flatMap((leaf) => leaf.void ?? [])).toEqual(given.map(({ n }) => n));
    expect(producer.hasVoids).toBe(false);
  });

  it('a farewell is said even where there are none', async () => {
    const { audit, leaves } = trail();
    await audit.farewell(tenant);
    expect(leaves()).toMatchObject([{ type: FAREWELL, n: 0 }]);
  });

  it('are given back where another record of the same request cannot be made', async () => {
    const { audit, producer } = trail();
    const asked = access({ target: 'x', named: ['a', 'b'] });
    const broken = { ...who(), actor: { ...actor, purposes: ['x'.repeat(70_000)] } };
    await expect(audit.accessed(broken, asked, [])).rejects.toMatchObject({
      code: 'LED_LEAF_TOO_LARGE',
    });
    expect(producer.take()).toEqual({ n: 1, voids: [0] });
  });
});
