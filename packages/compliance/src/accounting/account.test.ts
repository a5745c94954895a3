import type { Leaf, ReadBody } from '@holdfast/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../log-record.ts';
import { account, sixYearsBefore, withNames } from './account.ts';
import { classify } from './classify.ts';
import { exclusionOf } from './purposes.ts';
import { DISCLOSE, formatReport, GROUNDS, type Ground } from './reported-disclosure.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
let next = 0;

interface Given {
  readonly type?: string;
  readonly purpose?: readonly string[];
  readonly outcome?: Leaf['outcome'];
  readonly actor?: string;
  readonly roles?: readonly string[];
  readonly verdict?: string | null;
  readonly target?: string;
  readonly at?: number;
  readonly erased?: boolean;
}

function record(given: Given = {}): LogRecord {
  const { type = 'read', purpose = ['HRESCH'], outcome = 0, actor = 'Practitioner/r' } = given;
  const { roles = ['researcher'], verdict = 'release', target = 'Observation/1', at = NOW } = given;
  const ts = new Date(at).toISOString();
  const auditId = `01935b1e-7a54-7c2e-9d3f-${String(next++).padStart(12, '0')}`;
  const leaf: Leaf = {
    ...{ v: 1, id: auditId, ts, type, action: 'R', outcome, purpose, actor: 'a', patient: 'p' },
    ...{ resource: 'r', body: 'b', mac: 'm', n: 0, producer: { process: 'api-1', epoch: 1 } },
  };
  const decision = verdict === null ? null : ([1, 1, verdict] as const);
  const body: ReadBody = {
    ...{ state: 'held', text: '', salt: Buffer.alloc(16) },
    body: { decision, patient: 'ada', request: 'q', roles, target },
  };
  return {
    ...{ auditId, recorded: new Date(at), actor, patientTag: null, leaf },
    leafBytes: Buffer.alloc(0),
    body: given.erased === true ? { state: 'destroyed' } : body,
  };
}

const because = (given: Given): string => {
  const classified = classify(record(given), 'ada');
  return classified.kind === 'left-out' ? classified.because : 'disclosure';
};

describe('45 CFR 164.528: what is a disclosure to be accounted for', () => {
  it.each([
    ['research', {}],
    ['a research search', { type: 'search-type', target: 'Observation?code=x' }],
    ['the whole record', { type: 'operation-everything' }],
    ['what a subscriber was sent', { type: 'notification' }],
    ['public health', { purpose: ['PUBHLTH'] }],
    ['law, under operations for HL7 and not for HIPAA', { purpose: ['HLEGAL'] }],
    ['one purpose of several', { purpose: ['TREAT', 'HRESCH'] }],
    ['no purpose stated', { purpose: [] }],
    ['a code of another system', { purpose: ['urn:x|TREAT'] }],
    ['whose body was erased', { erased: true }],
  ])('%s', (_name, given) => {
    expect(because(given)).toBe('disclosure');
  });

  it.each([
    ['treatment-payment-operations', { purpose: ['TREAT'] }],
    ['treatment-payment-operations', { purpose: ['HPAYMT', 'HQUALIMP'] }],
    ['treatment-payment-operations', { purpose: ['ETREAT'], erased: true }],
    ['care-and-directory', { purpose: ['HDIRECT'] }],
    ['to-the-individual', { actor: 'Patient/ada', purpose: ['PATRQT'], roles: ['patient'] }],
    ['to-the-individual', { actor: 'RelatedPerson/x', roles: ['proxy'], purpose: ['PATRQT'] }],
    ['not-released', { outcome: 4 }],
    ['not-released', { verdict: 'hide' }],
    ['not-released', { verdict: null }],
    ['not-released', { type: 'update' }],
    ['not-released', { type: 'explain' }],
  ] as const)('left out as %s', (reason, given) => {
    expect(because(given)).toBe(reason);
  });

  it('another patient who reads is no individual of this record', () => {
    expect(because({ actor: 'Patient/bo', roles: [], purpose: ['PATRQT'] })).toBe('disclosure');
  });

  it('a purpose of no code is never excluded, whatever stands beside it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('TREAT', 'HPAYMT', 'HRESCH', 'X', '')), (purposes) => {
        const excluded = exclusionOf(purposes) !== null;
        const known = purposes.every((code) => code === 'TREAT' || code === 'HPAYMT');
        expect(excluded).toBe(known && purposes.length > 0);
      }),
    );
  });
});

describe('a reported disclosure', () => {
  const report = (ground: Ground, at: string) =>
    record({
      ...{ type: DISCLOSE, actor: 'Person/officer', purpose: ['HCOMPL'], verdict: null },
      target: formatReport({
        ...{ at, ground, what: 'laboratory report', purpose: 'notifiable disease' },
        recipient: { name: 'County Health', address: '1 Main St' },
      }),
    });

  it('counts at its own time, by its ground', () => {
    const period = { patientId: 'ada', from: NOW - 10_000, until: NOW };
    const inside = new Date(NOW - 5_000).toISOString();
    const { series, disclosures, leftOut } = account(
      [
        report('public-health', inside),
        report('public-health', new Date(NOW - 20_000).toISOString()),
        report('authorization', inside),
        report('limited-data-set', inside),
      ],
      period,
    );
    expect([disclosures, leftOut.map(({ because: why }) => why)]).toEqual([
      ...[1, ['authorization', 'limited-data-set']],
    ]);
    expect(series[0]).toMatchObject({
      ...{ recipient: { name: 'County Health', address: '1 Main St' }, first: inside, count: 1 },
      purpose: 'notifiable disease (45 CFR 164.512(b))',
    });
    expect(Object.keys(GROUNDS)).toHaveLength(17);
  });
});

describe('an accounting', () => {
  it('tells repeated disclosures to one recipient for one purpose as one, and counts all else', () => {
    const hour = 3_600_000;
    const { series, disclosures, leftOut } = account(
      [
        record({ at: NOW - hour }),
        record({ at: NOW - 3 * hour, target: 'Condition/2' }),
        record({ at: NOW - 2 * hour, purpose: ['PUBHLTH'] }),
        record({ at: NOW - 7 * hour, purpose: ['TREAT'] }),
        record({ at: NOW - 7 * hour, purpose: ['TREAT'] }),
      ],
      { patientId: 'ada', from: 0, until: NOW },
    );
    expect(disclosures).toBe(3);
    expect(series.map(({ count, what }) => [count, what])).toEqual([
      [2, ['Condition', 'Observation']],
      [1, ['Observation']],
    ]);
    expect(series[0]?.first).toBe(new Date(NOW - 3 * hour).toISOString());
    expect(leftOut).toMatchObject([{ because: 'treatment-payment-operations', count: 2 }]);
    const named = withNames(
      { series, disclosures, leftOut },
      new Map([['Practitioner/r', { name: 'Dr. Ruth', address: '2 Side St' }]]),
    );
    expect(named.series[0]?.recipient).toEqual({
      ...{ name: 'Dr. Ruth (Practitioner/r)', address: '2 Side St' },
    });
  });

  it('everything in the period is told or counted, and nothing else', () => {
    const purposes = fc.constantFrom(['TREAT'], ['HRESCH'], [], ['HDIRECT', 'HMARKT']);
    const any = fc.record({
      at: fc.integer({ min: NOW - 100, max: NOW + 100 }),
      purpose: purposes,
    });
    fc.assert(
      fc.property(fc.array(any), (given) => {
        const period = { patientId: 'ada', from: NOW - 50, until: NOW + 50 };
        const { series, leftOut, disclosures } = account(given.map(record), period);
        const within = given.filter(({ at }) => at >= period.from && at < period.until);
        const told = series.reduce((sum, { count }) => sum + count, 0);
        const counted = leftOut.reduce((sum, { count }) => sum + count, 0);
        expect([told, told + counted]).toEqual([disclosures, within.length]);
      }),
    );
  });

  it('goes back six years, to the day', () => {
    expect(new Date(sixYearsBefore(NOW)).toISOString()).toBe('2020-11-24T08:00:00.000Z');
  });
});
