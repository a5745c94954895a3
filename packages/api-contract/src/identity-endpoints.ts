import { z } from 'zod';
import { IdentityReviewList, IdentityVerdict, IdentityVerdictRequest } from './identity-reviews.ts';
import { FhirId } from './primitives.ts';

/** Who registers people, and who knows them. */
const STEWARDS = ['front-desk', 'care-coordinator'] as const;

const PAIR = {
  one: { in: 'path', required: true, description: 'Id of a Patient', schema: FhirId },
  other: { in: 'path', required: true, description: 'Id of another Patient', schema: FhirId },
} as const;

/** Questions that matching has for a steward, and the answers. */
export const IDENTITY_ENDPOINTS = {
  listIdentityReviews: {
    method: 'GET',
    path: '/identity/reviews',
    summary: 'Pairs of records that may be of one person, the oldest question first',
    description: [
      'At most 20, of patients whom the caller may see both; every record shown is audited. What',
      'somebody else settles meanwhile is left out of the next page.',
    ].join(' '),
    auth: 'bearer',
    roles: STEWARDS,
    parameters: {
      after: {
        in: 'query',
        required: false,
        description: '`next` of the page before',
        schema: z.string().max(200),
      },
    },
    answer: { description: 'Pairs', contentType: 'application/json', schema: IdentityReviewList },
    refusals: [400],
  },
  judgeIdentity: {
    method: 'POST',
    path: '/identity/reviews/{one}/{other}',
    summary: 'Say whether two records are of one person; it stands above every score',
    description: [
      'Audited before it takes effect. It can be said anew, or withdrawn, at any time, of any two',
      'patients that the caller may see; `$ihe-pix` follows from the next request on.',
    ].join(' '),
    auth: 'bearer',
    roles: STEWARDS,
    parameters: PAIR,
    body: IdentityVerdictRequest,
    answer: {
      description: 'What holds now',
      contentType: 'application/json',
      schema: IdentityVerdict,
    },
    refusals: [400, 404],
  },
} as const;
