import type { Persona } from '@holdfast/api-contract';

/** Two who may operate, three who may not. */
export const DEMO_PERSONAS: readonly Persona[] = [
  {
    id: 'olivia-reyes',
    name: 'Olivia Reyes',
    role: 'operator',
    purposes: ['HOPERAT'],
    description:
      'On call tonight. Sees what is broken, since when and for whom; no clinical content.',
  },
  {
    id: 'samuel-okafor',
    name: 'Samuel Okafor',
    role: 'compliance-officer',
    purposes: ['HCOMPL', 'PATRQT'],
    description:
      'Answers who saw what, proves the ledger, and reads the lists of affected patients.',
  },
  {
    id: 'ingrid-solberg',
    name: 'Dr Ingrid Solberg',
    role: 'practitioner',
    purposes: ['TREAT', 'ETREAT'],
    description: 'General practitioner at the demonstration clinic, with a panel of patients.',
  },
  {
    id: 'maria-lindqvist',
    name: 'Maria Lindqvist',
    role: 'patient',
    purposes: ['PATRQT'],
    description: 'Reads her own record, and decides who else may.',
    patientId: 'p-1024',
  },
];
