import type { QuestionnaireTable } from './questionnaire-score.ts';

/** Items and answer lists of LOINC 2.82; 4 points an item at most. */
export const AUDIT_C: QuestionnaireTable = {
  id: 'audit-c',
  version: '1',
  source: 'Bush, Kivlahan, McDonell, Fihn, Bradley 1998; LOINC panel 72109-2',
  panel: '72109-2',
  totalCode: '75626-2',
  items: [
    { code: '68518-0', name: 'how often a drink containing alcohol' },
    { code: '68519-8', name: 'standard drinks on a typical day' },
    { code: '68520-6', name: 'how often six or more drinks' },
  ],
  maxPoints: 4,
  answers: {
    'LA6270-8': 0,
    'LA18926-8': 1,
    'LA18927-6': 2,
    'LA18928-4': 3,
    'LA18929-2': 4,
    'LA15694-5': 0,
    'LA15695-2': 1,
    'LA18930-0': 2,
    'LA18931-8': 3,
    'LA18932-6': 4,
    'LA18933-4': 1,
    'LA18876-5': 2,
    'LA18891-4': 3,
    'LA18934-2': 4,
  },
  // What a total means depends on sex: see audit-c.ts.
  bands: [{ from: 0, name: 'below the cut' }],
  safetyItem: null,
};

/** From this total on drinking is likely to harm; the lower cut where the sex is not known. */
export const AUDIT_C_CUTS = { male: 4, otherwise: 3 } as const;
