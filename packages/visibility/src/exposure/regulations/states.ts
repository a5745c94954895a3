import type { Clock, Regulation } from '../regulation.ts';

const days = (count: number, from: 'discovered' | 'determined' | 'individualsNotified'): Clock => ({
  unit: 'calendar-days',
  count,
  from,
});

/** Laws of the States whose residents or licences they name. */
export const STATES: readonly Regulation[] = [
  {
    id: 'ca-hsc-1280.15',
    title: 'California Health and Safety Code 1280.15',
    jurisdiction: 'US-CA',
    effectiveFrom: null,
    status: 'in-force',
    applies: {
      all: [
        { people: 'everybody', atLeast: 1 },
        { fact: 'californiaLicensedFacility' },
        { any: [{ fact: 'notPermitted' }, { fact: 'accessed' }, { fact: 'acquired' }] },
      ],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'department',
        notify: 'the California Department of Public Health',
        citation: 'Health & Safety Code 1280.15(b)(1)',
        clock: { unit: 'business-days', count: 15, from: 'detected', holidays: 'US-CA' },
        reading: 'read',
      },
      {
        id: 'patients',
        notify: 'each affected patient, or the representative',
        citation: 'Health & Safety Code 1280.15(b)(2)',
        clock: { unit: 'business-days', count: 15, from: 'detected', holidays: 'US-CA' },
        reading: 'read',
      },
    ],
  },
  {
    id: 'ca-civ-1798.82',
    title: 'California Civil Code 1798.82',
    jurisdiction: 'US-CA',
    effectiveFrom: '2026-01-01',
    status: 'in-force',
    applies: {
      all: [
        { people: 'US-CA', atLeast: 1 },
        { fact: 'medicalInformation' },
        { fact: 'unsecured' },
        { fact: 'acquired' },
      ],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'residents',
        notify: 'each resident of California',
        citation: 'Civil Code 1798.82(a)',
        clock: days(30, 'discovered'),
        reading: 'read',
      },
      {
        id: 'attorney-general',
        notify: 'the Attorney General of California',
        citation: 'Civil Code 1798.82(f)',
        when: { people: 'US-CA', atLeast: 501 },
        clock: days(15, 'individualsNotified'),
        reading: 'read',
      },
    ],
  },
  {
    id: 'ny-gbl-899-aa',
    title: 'New York General Business Law 899-aa',
    jurisdiction: 'US-NY',
    effectiveFrom: '2025-03-21',
    status: 'in-force',
    applies: {
      all: [
        { people: 'US-NY', atLeast: 1 },
        { fact: 'medicalInformation' },
        { fact: 'unsecured' },
        { any: [{ fact: 'accessed' }, { fact: 'acquired' }] },
        { unlessShown: 'inadvertentByAuthorised' },
      ],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'residents',
        notify: 'each resident of New York',
        citation: 'GBL 899-aa(2)',
        clock: days(30, 'discovered'),
        reading: 'read',
      },
      {
        id: 'state',
        notify: 'the Attorney General, the Department of State and the State Police',
        citation: 'GBL 899-aa(8)(a)',
        clock: days(30, 'discovered'),
        reading: 'read',
      },
      {
        id: 'financial-services',
        notify: 'the Department of Financial Services',
        citation: 'GBL 899-aa(8)(a)',
        when: { fact: 'newYorkDfsRegulated' },
        clock: days(30, 'discovered'),
        reading: 'read',
      },
      {
        id: 'consumer-reporting',
        notify: 'the consumer reporting agencies',
        citation: 'GBL 899-aa(8)(b)',
        when: { people: 'US-NY', atLeast: 5_001 },
        clock: null,
        reading: 'read',
      },
      {
        id: 'after-secretary',
        notify: 'the Attorney General, after a notice to the Secretary of HHS',
        citation: 'GBL 899-aa(9)',
        when: { fact: 'coveredEntity' },
        clock: {
          unit: 'business-days',
          count: 5,
          from: 'regulatorNotified',
          holidays: 'US-federal',
        },
        reading: 'to-be-confirmed',
      },
    ],
  },
  {
    id: 'tx-bcc-521.053',
    title: 'Texas Business and Commerce Code 521.053',
    jurisdiction: 'US-TX',
    effectiveFrom: '2023-09-01',
    status: 'in-force',
    applies: {
      all: [{ people: 'US-TX', atLeast: 1 }, { fact: 'unsecured' }, { fact: 'acquired' }],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'individuals',
        notify: 'each affected resident of Texas',
        citation: 'BCC 521.053(b)',
        clock: days(60, 'determined'),
        reading: 'to-be-confirmed',
      },
      {
        id: 'attorney-general',
        notify: 'the Attorney General of Texas, by the electronic form',
        citation: 'BCC 521.053(i)',
        when: { people: 'US-TX', atLeast: 250 },
        clock: days(30, 'determined'),
        reading: 'read',
      },
    ],
  },
  {
    id: 'co-6-1-716',
    title: 'Colorado Revised Statutes 6-1-716',
    jurisdiction: 'US-CO',
    effectiveFrom: null,
    status: 'in-force',
    applies: {
      all: [
        { people: 'US-CO', atLeast: 1 },
        { fact: 'unsecured' },
        { fact: 'acquired' },
        { unlessShown: 'misuseUnlikely' },
      ],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'residents',
        notify: 'each resident of Colorado',
        citation: 'CRS 6-1-716(2)(a)',
        clock: days(30, 'determined'),
        reading: 'read',
      },
      {
        id: 'attorney-general',
        notify: 'the Attorney General of Colorado',
        citation: 'CRS 6-1-716(2)(f)',
        when: { people: 'US-CO', atLeast: 500 },
        clock: days(30, 'determined'),
        reading: 'read',
      },
      {
        id: 'consumer-reporting',
        notify: 'the consumer reporting agencies',
        citation: 'CRS 6-1-716(2)(d)',
        when: { people: 'US-CO', atLeast: 1_001 },
        clock: null,
        reading: 'read',
      },
    ],
  },
  {
    id: 'fl-501.171',
    title: 'Florida Statutes 501.171',
    jurisdiction: 'US-FL',
    effectiveFrom: null,
    status: 'in-force',
    applies: {
      all: [
        { people: 'US-FL', atLeast: 1 },
        { fact: 'unsecured' },
        { any: [{ fact: 'accessed' }, { fact: 'acquired' }] },
      ],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'individuals',
        notify: 'each affected person in Florida',
        citation: 'Fla. Stat. 501.171(4)',
        when: { unlessShown: 'harmUnlikely' },
        clock: days(30, 'determined'),
        reading: 'read',
      },
      {
        id: 'legal-affairs',
        notify: 'the Department of Legal Affairs',
        citation: 'Fla. Stat. 501.171(3)',
        when: { people: 'US-FL', atLeast: 500 },
        clock: days(30, 'determined'),
        reading: 'read',
      },
      {
        id: 'no-harm-verdict',
        notify:
          'the Department of Legal Affairs, with the written assessment that no harm is likely',
        citation: 'Fla. Stat. 501.171(4)(c)',
        when: { fact: 'harmUnlikely' },
        clock: days(30, 'determined'),
        reading: 'read',
      },
      {
        id: 'consumer-reporting',
        notify: 'the consumer reporting agencies',
        citation: 'Fla. Stat. 501.171(5)',
        when: { people: 'US-FL', atLeast: 1_001 },
        clock: null,
        reading: 'read',
      },
      {
        id: 'owner',
        notify: 'the owner of the data',
        citation: 'Fla. Stat. 501.171(6)',
        when: { fact: 'vendorOfOwner' },
        clock: days(10, 'determined'),
        reading: 'read',
      },
    ],
  },
  {
    id: 'wa-19.255',
    title: 'Revised Code of Washington 19.255',
    jurisdiction: 'US-WA',
    effectiveFrom: null,
    status: 'in-force',
    applies: {
      all: [{ people: 'US-WA', atLeast: 1 }, { fact: 'unsecured' }, { fact: 'acquired' }],
    },
    lawEnforcementDelay: true,
    duties: [
      {
        id: 'residents',
        // RCW 19.255.030 deems a HIPAA-covered entity that notifies under HIPAA compliant.
        notify: 'each resident of Washington',
        citation: 'RCW 19.255.010(8)',
        when: { not: { fact: 'coveredEntity' } },
        clock: days(30, 'discovered'),
        reading: 'to-be-confirmed',
      },
      {
        id: 'attorney-general',
        notify: 'the Attorney General of Washington',
        citation: 'RCW 19.255.010(7)',
        when: { people: 'US-WA', atLeast: 501 },
        clock: days(30, 'discovered'),
        reading: 'read',
      },
    ],
  },
];
