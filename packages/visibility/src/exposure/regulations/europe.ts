import type { Condition } from '../condition.ts';
import type { FactName, Jurisdiction } from '../facts.ts';
import type { Clock, Regulation } from '../regulation.ts';

const WITHIN_72_HOURS: Clock = { unit: 'hours', count: 72, from: 'aware' };

/** Art 4(12): also accidental loss, alteration and loss of availability. */
const PERSONAL_DATA_BREACH: Condition = {
  all: [
    { people: 'everybody', atLeast: 1 },
    {
      any: [
        { fact: 'notPermitted' },
        { fact: 'accessed' },
        { fact: 'acquired' },
        { fact: 'unavailable' },
        { fact: 'altered' },
      ],
    },
  ],
};

function dataProtection(law: {
  readonly id: string;
  readonly title: string;
  readonly jurisdiction: Jurisdiction;
  readonly authority: string;
  readonly controller: FactName;
}): Regulation {
  return {
    id: law.id,
    title: law.title,
    jurisdiction: law.jurisdiction,
    effectiveFrom: null,
    status: 'in-force',
    applies: { all: [{ fact: law.controller }, PERSONAL_DATA_BREACH] },
    lawEnforcementDelay: false,
    duties: [
      {
        id: 'authority',
        notify: `${law.authority}; in phases where not all is known`,
        citation: `${law.title} Art 33(1)`,
        when: { unlessShown: 'riskUnlikely' },
        clock: WITHIN_72_HOURS,
        reading: 'read',
      },
      {
        id: 'persons',
        notify: 'each affected person',
        citation: `${law.title} Art 34(1)`,
        when: { fact: 'riskHigh' },
        clock: null,
        reading: 'to-be-confirmed',
      },
      {
        id: 'register',
        notify: 'the own register of all breaches: facts, effects, remedies',
        citation: `${law.title} Art 33(5)`,
        clock: null,
        reading: 'read',
      },
    ],
  };
}

export const EUROPE: readonly Regulation[] = [
  dataProtection({
    id: 'gdpr',
    title: 'GDPR',
    jurisdiction: 'EU',
    authority: 'the lead supervisory authority',
    controller: 'gdprController',
  }),
  {
    id: 'gdpr-processor',
    title: 'GDPR, processors',
    jurisdiction: 'EU',
    effectiveFrom: null,
    status: 'in-force',
    applies: { all: [{ fact: 'gdprProcessor' }, PERSONAL_DATA_BREACH] },
    lawEnforcementDelay: false,
    duties: [
      {
        id: 'controller',
        notify: 'the controller',
        citation: 'GDPR Art 33(2)',
        clock: null,
        reading: 'read',
      },
    ],
  },
  dataProtection({
    id: 'uk-gdpr',
    title: 'UK GDPR',
    jurisdiction: 'GB',
    authority: "the Information Commissioner's Office",
    controller: 'ukController',
  }),
  {
    id: 'uk-nhs-dspt',
    title: 'NHS Data Security and Protection Toolkit',
    jurisdiction: 'GB',
    effectiveFrom: null,
    status: 'in-force',
    applies: { all: [{ fact: 'nhsToolkit' }, PERSONAL_DATA_BREACH] },
    lawEnforcementDelay: false,
    duties: [
      {
        id: 'toolkit',
        // The guide's grid of impact and likelihood decides; it was not found in its source.
        notify: 'the ICO and NHS England, through the toolkit, graded by its guide',
        citation: 'DSPT incident guide',
        clock: WITHIN_72_HOURS,
        reading: 'to-be-confirmed',
      },
    ],
  },
];
