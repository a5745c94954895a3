import { z } from 'zod';
import {
  EraseRequest,
  ErasureList,
  HoldList,
  PlaceHoldRequest,
  ReleaseHoldRequest,
  RetentionList,
  SetRetentionRequest,
} from './governance.ts';

const OFFICERS = ['compliance-officer'] as const;

const json = <Schema extends z.ZodType>(description: string, schema: Schema) =>
  ({ description, contentType: 'application/json', schema }) as const;
const HOLDS = json('The holds that stand, then the released', HoldList);
const RULES = json('Every rule there ever was; the newest of a class holds', RetentionList);
const ERASURES = json('The erasures, newest first', ErasureList);

/** What may be destroyed, and what may not: every step is on record before it takes effect. */
export const GOVERNANCE_ENDPOINTS = {
  listHolds: {
    method: 'GET',
    path: '/compliance/holds',
    summary: 'Legal holds',
    auth: 'bearer',
    roles: OFFICERS,
    answer: HOLDS,
  },
  placeHold: {
    method: 'POST',
    path: '/compliance/holds',
    summary: 'Place a legal hold: nothing it covers is destroyed while it stands',
    auth: 'bearer',
    roles: OFFICERS,
    body: PlaceHoldRequest,
    answer: HOLDS,
    refusals: [400, 409],
  },
  releaseHold: {
    method: 'POST',
    path: '/compliance/holds/{id}/release',
    summary: 'Release a legal hold, once',
    auth: 'bearer',
    roles: OFFICERS,
    parameters: {
      id: { in: 'path', required: true, description: 'Id of the hold', schema: z.uuid() },
    },
    body: ReleaseHoldRequest,
    answer: HOLDS,
    refusals: [400, 404],
  },
  listRetention: {
    method: 'GET',
    path: '/compliance/retention',
    summary: 'How long records are kept at least',
    auth: 'bearer',
    roles: OFFICERS,
    answer: RULES,
  },
  setRetention: {
    method: 'POST',
    path: '/compliance/retention',
    summary: 'Say how long a class of records is kept at least',
    auth: 'bearer',
    roles: OFFICERS,
    body: SetRetentionRequest,
    answer: RULES,
    refusals: [400],
  },
  listErasures: {
    method: 'GET',
    path: '/compliance/erasures',
    summary: 'Erasures of what the audit log says about patients',
    auth: 'bearer',
    roles: OFFICERS,
    answer: ERASURES,
  },
  erase: {
    method: 'POST',
    path: '/compliance/erasures',
    summary: 'Erase what the audit log says about a patient, by destroying the keys',
    description:
      'Vetoed by legal holds and by the retention rule; then it waits. The log, its proofs and its ' +
      'checkpoints hold as before. The patient’s health records are not touched.',
    auth: 'bearer',
    roles: OFFICERS,
    body: EraseRequest,
    answer: ERASURES,
    refusals: [400, 409],
  },
  runErasures: {
    method: 'POST',
    path: '/compliance/erasures/run',
    summary: 'Carry out what is due now; the server does so by itself at its time',
    auth: 'bearer',
    roles: OFFICERS,
    answer: ERASURES,
  },
} as const;
