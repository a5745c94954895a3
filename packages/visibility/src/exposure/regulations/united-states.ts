import type { Condition } from '../condition.ts';
import type { Clock, Regulation } from '../regulation.ts';

const WITHIN_60_DAYS: Clock = { unit: 'calendar-days', count: 60, from: 'discovered' };
const AFTER_YEAR_END: Clock = { unit: 'days-after-year-end', count: 60, from: 'discovered' };

const ANYBODY: Condition = { people: 'everybody', atLeast: 1 };
const FIVE_HUNDRED: Condition = { people: 'everybody', atLeast: 500 };
const FEWER_THAN_500: Condition = { not: FIVE_HUNDRED };

/** 45 CFR 164.406: more than 500 residents of one State. */
const MORE_THAN_500_OF_ONE_STATE: Condition = { people: 'any one State', atLeast: 501 };

/** 45 CFR 164.402: presumed a breach unless the four factors show a low probability. */
const BREACH_OF_UNSECURED_PHI: Condition = {
  all: [
    ANYBODY,
    { fact: 'unsecured' },
    { any: [{ fact: 'notPermitted' }, { fact: 'accessed' }, { fact: 'acquired' }] },
    { unlessShown: 'lowProbability' },
  ],
};

const NOTICES: Regulation['duties'] = [
  {
    id: 'individuals',
    notify: 'each affected individual, by first-class mail or by e-mail where agreed',
    citation: '45 CFR 164.404',
    clock: WITHIN_60_DAYS,
    reading: 'read',
  },
  {
    id: 'media',
    notify: 'prominent media of the State',
    citation: '45 CFR 164.406',
    when: MORE_THAN_500_OF_ONE_STATE,
    clock: WITHIN_60_DAYS,
    reading: 'to-be-confirmed',
  },
  {
    id: 'secretary',
    notify: 'the Secretary of HHS, at the same time as the individuals',
    citation: '45 CFR 164.408(b)',
    when: FIVE_HUNDRED,
    clock: WITHIN_60_DAYS,
    reading: 'read',
  },
  {
    id: 'secretary-yearly',
    notify: 'the Secretary of HHS, in the log of the year',
    citation: '45 CFR 164.408(c)',
    when: FEWER_THAN_500,
    clock: AFTER_YEAR_END,
    reading: 'read',
  },
];

export const UNITED_STATES: readonly Regulation[] = [
  {
    id: 'hipaa-breach',
    title: 'HIPAA Breach Notification Rule',
    jurisdiction: 'US',
    effectiveFrom: null,
    status: 'in-force',
    applies: { all: [{ fact: 'coveredEntity' }, BREACH_OF_UNSECURED_PHI] },
    lawEnforcementDelay: true,
    duties: NOTICES,
  },
  {
    id: 'hipaa-business-associate',
    title: 'HIPAA Breach Notification Rule, business associates',
    jurisdiction: 'US',
    effectiveFrom: null,
    status: 'in-force',
    applies: { all: [{ fact: 'businessAssociate' }, BREACH_OF_UNSECURED_PHI] },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'covered-entity',
        notify: 'the covered entity, naming each individual; the contract is often stricter',
        citation: '45 CFR 164.410',
        clock: WITHIN_60_DAYS,
        reading: 'to-be-confirmed',
      },
    ],
  },
  {
    id: 'part-2-breach',
    title: '42 CFR Part 2, breach of substance use disorder records',
    jurisdiction: 'US',
    effectiveFrom: '2026-02-16',
    status: 'in-force',
    // § 2.16(b): the HIPAA rule holds for programs "in the same manner".
    applies: { all: [{ fact: 'part2Program' }, BREACH_OF_UNSECURED_PHI] },
    lawEnforcementDelay: true,
    duties: NOTICES.map((duty) => ({
      ...duty,
      citation: `42 CFR 2.16(b) with ${duty.citation}`,
    })),
  },
  {
    id: 'ftc-health-breach',
    title: 'FTC Health Breach Notification Rule',
    jurisdiction: 'US',
    effectiveFrom: '2024-07-29',
    status: 'in-force',
    applies: {
      all: [
        ANYBODY,
        { fact: 'phrVendor' },
        { fact: 'unsecured' },
        { any: [{ fact: 'notPermitted' }, { fact: 'acquired' }] },
      ],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'individuals',
        notify: 'each affected individual, naming the third parties that received the data',
        citation: '16 CFR 318.4',
        clock: WITHIN_60_DAYS,
        reading: 'read',
      },
      {
        id: 'commission',
        notify: 'the Federal Trade Commission, at the same time as the individuals',
        citation: '16 CFR 318.5(c)',
        when: FIVE_HUNDRED,
        clock: WITHIN_60_DAYS,
        reading: 'read',
      },
      {
        id: 'commission-yearly',
        notify: 'the Federal Trade Commission, in the log of the year',
        citation: '16 CFR 318.5(c)',
        when: FEWER_THAN_500,
        clock: AFTER_YEAR_END,
        reading: 'read',
      },
      {
        id: 'media',
        notify: 'prominent media of the State',
        citation: '16 CFR 318.5(b)',
        when: { people: 'any one State', atLeast: 500 },
        clock: WITHIN_60_DAYS,
        reading: 'read',
      },
    ],
  },
];
