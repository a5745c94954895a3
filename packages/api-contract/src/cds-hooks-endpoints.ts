import { z } from 'zod';
import {
  CardOutcomeList,
  CdsCards,
  CdsFeedback,
  CdsFeedbackAnswer,
  CdsRequest,
  CdsServices,
} from './cds-hooks.ts';

const json = <Schema extends z.ZodType>(description: string, schema: Schema) =>
  ({ description, contentType: 'application/json', schema }) as const;
const ID = {
  id: { in: 'path', required: true, description: 'Id of the service', schema: z.string().max(64) },
} as const;

/** CDS Hooks 2.0, answered from results that are stored already. */
export const CDS_HOOKS_ENDPOINTS = {
  discoverCdsServices: {
    method: 'GET',
    path: '/cds-services',
    summary: 'The CDS services there are, and their hooks',
    auth: 'none',
    answer: json('Services', CdsServices),
  },
  callCdsService: {
    method: 'POST',
    path: '/cds-services/{id}',
    summary: 'Cards for the patient whose record is opened',
    description:
      'Cards of what the scores said last, as far as the caller may see the RiskAssessments they ' +
      'come from; none where there is nothing to say. Nothing is computed meanwhile.',
    auth: 'bearer',
    parameters: ID,
    body: CdsRequest,
    answer: json('Cards', CdsCards),
    refusals: [400, 404],
  },
  sendCdsFeedback: {
    method: 'POST',
    path: '/cds-services/{id}/feedback',
    summary: 'Tell whether cards were accepted or overridden, and why',
    description: 'All of it is kept, or nothing; the same outcome may be sent again.',
    auth: 'bearer',
    parameters: ID,
    body: CdsFeedback,
    answer: json('Kept', CdsFeedbackAnswer),
    refusals: [400, 404],
  },
  readCardOutcomes: {
    method: 'GET',
    path: '/operations/card-outcomes',
    summary: 'How often cards were accepted and overridden in the last 30 days, by pipeline',
    auth: 'bearer',
    roles: ['operator', 'compliance-officer'],
    answer: json('Outcomes', CardOutcomeList),
  },
} as const;
