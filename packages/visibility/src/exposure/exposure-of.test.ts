import { describe, expect, it } from 'vitest';
import { exposureFacts } from '../testing/exposure-facts.ts';
import type { Missing } from './condition.ts';
import { exposureOf, type Verdict } from './exposure-of.ts';
import type { Anchor, ExposureFacts, FactName, Jurisdiction } from './facts.ts';
import { REGULATIONS } from './regulations/in-force.ts';
import { PROPOSALS } from './regulations/proposals.ts';

const DISCOVERED = new Date('2026-03-02T15:00:00Z');

/** Everybody's data taken, readable, by nobody's right; of so many people living there. */
function taken(people: number, where: Jurisdiction | null, roles: FactName[]): ExposureFacts {
  const names: FactName[] = [...roles, 'unsecured', 'accessed', 'acquired', 'medicalInformation'];
  return exposureFacts({
    answers: Object.fromEntries(names.map((name) => [name, true])),
    anchors: { discovered: DISCOVERED, determined: DISCOVERED, individualsNotified: DISCOVERED },
    affected: { confirmed: people, possible: 0 },
    residents: where === null ? {} : { [where]: { confirmed: people, possible: 0 } },
  });
}

function verdictOf(facts: ExposureFacts, regulation: string, duty: string) {
  const found = exposureOf(REGULATIONS, facts).find(
    (each) => each.regulation.id === regulation && each.duty.id === duty,
  );
  if (found === undefined) throw new Error(`no duty ${regulation} ${duty}`);
  return found;
}

describe('thresholds hold at their edge', () => {
  it.each<[string, string, Jurisdiction | null, FactName[], number]>([
    ['hipaa-breach', 'secretary', null, ['coveredEntity'], 500],
    ['hipaa-breach', 'media', 'US-TX', ['coveredEntity'], 501],
    ['part-2-breach', 'secretary', null, ['part2Program'], 500],
    ['part-2-breach', 'media', 'US-WA', ['part2Program'], 501],
    ['ftc-health-breach', 'commission', null, ['phrVendor'], 500],
    ['ftc-health-breach', 'media', 'US-CO', ['phrVendor'], 500],
    ['ca-civ-1798.82', 'attorney-general', 'US-CA', [], 501],
    ['ny-gbl-899-aa', 'consumer-reporting', 'US-NY', [], 5_001],
    ['tx-bcc-521.053', 'attorney-general', 'US-TX', [], 250],
    ['co-6-1-716', 'attorney-general', 'US-CO', [], 500],
    ['co-6-1-716', 'consumer-reporting', 'US-CO', [], 1_001],
    ['fl-501.171', 'legal-affairs', 'US-FL', [], 500],
    ['fl-501.171', 'consumer-reporting', 'US-FL', [], 1_001],
    ['wa-19.255', 'attorney-general', 'US-WA', [], 501],
  ])('%s %s (%s)', (regulation, duty, where, roles, first) => {
    const at = (people: number) => verdictOf(taken(people, where, roles), regulation, duty).verdict;
    expect([at(first - 1), at(first), at(first + 1)]).toEqual([
      'not-required',
      'required',
      'required',
    ]);
  });

  it('fewer than 500 go into the log of the year, and 500 no longer do', () => {
    const at = (people: number) =>
      verdictOf(taken(people, null, ['coveredEntity']), 'hipaa-breach', 'secretary-yearly').verdict;
    expect([at(499), at(500), at(501)]).toEqual(['required', 'not-required', 'not-required']);
  });

  it('250 of 400 people living in Texas are enough for its Attorney General', () => {
    const facts = {
      ...taken(400, null, ['coveredEntity']),
      residents: { 'US-TX': { confirmed: 250, possible: 0 } },
    };
    expect(verdictOf(facts, 'tx-bcc-521.053', 'attorney-general').verdict).toBe('required');
  });

  it('people whose residence is unknown leave a State’s threshold open, and it says so', () => {
    const facts: ExposureFacts = {
      ...taken(500, null, []),
      residents: { 'US-WA': { confirmed: 490, possible: 0 } },
      residenceUnknown: 10,
    };
    const within = verdictOf(facts, 'wa-19.255', 'attorney-general');
    expect([within.verdict, within.missing]).toEqual(['not-required', []]);
    const beyond = verdictOf({ ...facts, residenceUnknown: 11 }, 'wa-19.255', 'attorney-general');
    expect([beyond.verdict, beyond.missing]).toEqual(['undetermined', ['residence']]);
  });

  it('a patient counted twice before a merge is counted once after it', () => {
    const at = (people: number) =>
      verdictOf(taken(people, 'US-TX', []), 'tx-bcc-521.053', 'attorney-general').verdict;
    expect([at(250), at(249)]).toEqual(['required', 'not-required']);
  });
});

describe('what is not known is asked for by name', () => {
  const open: ExposureFacts = exposureFacts({
    anchors: { detected: DISCOVERED },
    affected: { confirmed: 3, possible: 0 },
  });

  it('an incident that nobody has looked at yet rules nothing out', () => {
    const verdicts = exposureOf(REGULATIONS, open).filter(
      ({ regulation }) => regulation.id === 'hipaa-breach',
    );
    const byDuty = Object.fromEntries(verdicts.map(({ duty, verdict }) => [duty.id, verdict]));
    expect(byDuty).toEqual({
      individuals: 'undetermined',
      media: 'not-required',
      secretary: 'not-required',
      'secretary-yearly': 'undetermined',
    } satisfies Record<string, Verdict>);
    expect(verdicts[0]?.missing).toEqual([
      'coveredEntity',
      'unsecured',
      'notPermitted',
      'accessed',
      'acquired',
    ] satisfies Missing[]);
  });

  it('its clock runs from the detection until a discovery is recorded', () => {
    const { deadline, missingAnchor } = verdictOf(open, 'hipaa-breach', 'individuals');
    expect(deadline).toMatchObject({ startedBy: 'detected', provisional: true });
    expect(missingAnchor).toBe('discovered' satisfies Anchor);
  });

  it('a breach is presumed until the four factors show otherwise', () => {
    const facts = taken(3, null, ['coveredEntity']);
    expect(verdictOf(facts, 'hipaa-breach', 'individuals').verdict).toBe('required');
    const shown = { ...facts, answers: { ...facts.answers, lowProbability: true } };
    expect(verdictOf(shown, 'hipaa-breach', 'individuals').verdict).toBe('not-required');
  });

  it('encrypted data whose key was not reached needs no notice; a key in the same dump does', () => {
    const facts = taken(900, 'US-CA', ['coveredEntity']);
    const secured = { ...facts, answers: { ...facts.answers, unsecured: false } };
    const required = (given: ExposureFacts) =>
      exposureOf(REGULATIONS, given).filter(({ verdict }) => verdict === 'required').length;
    expect(required(secured)).toBe(0);
    expect(required(facts)).toBeGreaterThan(3);
  });
});

describe('regulations have their time', () => {
  it('a text holds from its first day on, in the organisation’s own calendar', () => {
    const known = (discovered: string) =>
      exposureOf(REGULATIONS, {
        ...taken(3, null, ['part2Program']),
        anchors: { discovered: new Date(discovered) },
      }).some(({ regulation }) => regulation.id === 'part-2-breach');
    expect(known('2026-02-16T04:59:59Z')).toBe(false); // still the 15th in New York
    expect(known('2026-02-16T05:00:00Z')).toBe(true);
  });

  it('proposals are apart from what is in force', () => {
    expect(REGULATIONS.every(({ status }) => status === 'in-force')).toBe(true);
    expect(PROPOSALS.every(({ status }) => status === 'proposed')).toBe(true);
  });

  it('ids are unique, of regulations and of duties within one', () => {
    const all = [...REGULATIONS, ...PROPOSALS];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { duties } of all) {
      expect(new Set(duties.map(({ id }) => id)).size).toBe(duties.length);
    }
  });
});
