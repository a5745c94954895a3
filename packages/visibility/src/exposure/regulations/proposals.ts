import type { Regulation } from '../regulation.ts';

/** Not law. Switched off unless an organisation asks to see what they would mean. */
export const PROPOSALS: readonly Regulation[] = [
  {
    id: 'hipaa-security-2025',
    title: 'HIPAA Security Rule, proposed changes of 2025 (90 FR 898)',
    jurisdiction: 'US',
    effectiveFrom: null,
    status: 'proposed',
    applies: { all: [{ fact: 'businessAssociate' }, { fact: 'unavailable' }] },
    lawEnforcementDelay: false,
    duties: [
      {
        id: 'contingency',
        notify: 'the covered entity, that the contingency plan was activated',
        citation: '90 FR 898, proposed 45 CFR 164.314',
        clock: { unit: 'hours', count: 24, from: 'aware' },
        reading: 'to-be-confirmed',
      },
      {
        id: 'restore',
        notify: 'nobody: the lost systems and data are restored',
        citation: '90 FR 898, proposed 45 CFR 164.308',
        clock: { unit: 'hours', count: 72, from: 'aware' },
        reading: 'to-be-confirmed',
      },
    ],
  },
];
