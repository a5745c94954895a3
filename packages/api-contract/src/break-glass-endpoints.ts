import { z } from 'zod';
import { AskGlassRequest, GlassAccess, GlassList, ReviewGlassRequest } from './break-glass.ts';

const ACCESS = {
  description: 'The access as it is now',
  contentType: 'application/json',
  schema: GlassAccess,
} as const;

const ID = {
  id: { in: 'path', required: true, description: 'Id of the access', schema: z.uuid() },
} as const;

/** Emergency access, from the request to the verdict about it. */
export const BREAK_GLASS_ENDPOINTS = {
  askGlass: {
    method: 'POST',
    path: '/consent/break-glass',
    summary: 'Ask for emergency access to one patient; it opens when it is confirmed',
    description: 'Audited. Unconfirmed, it lapses after five minutes.',
    auth: 'bearer',
    roles: ['clinician'],
    body: AskGlassRequest,
    answer: ACCESS,
    refusals: [400, 422],
  },
  confirmGlass: {
    method: 'POST',
    path: '/consent/break-glass/{id}/confirm',
    summary: 'Open what was asked for: from the next statement on, until its time is over',
    description: 'Only who asked. The patient sees it, and it awaits a verdict.',
    auth: 'bearer',
    roles: ['clinician'],
    parameters: ID,
    answer: ACCESS,
    refusals: [404, 409],
  },
  endGlass: {
    method: 'POST',
    path: '/consent/break-glass/{id}/end',
    summary: 'End it before its time: it holds for no statement after this one',
    description: 'Who holds it, or a compliance officer.',
    auth: 'bearer',
    parameters: ID,
    answer: ACCESS,
    refusals: [404, 409],
  },
  reviewGlass: {
    method: 'POST',
    path: '/consent/break-glass/{id}/review',
    summary: 'Record the verdict, once; one against it ends it as well',
    auth: 'bearer',
    roles: ['compliance-officer'],
    parameters: ID,
    body: ReviewGlassRequest,
    answer: ACCESS,
    refusals: [400, 404, 409],
  },
  listGlass: {
    method: 'GET',
    path: '/consent/break-glass',
    summary: 'What awaits a verdict, what opened one’s own record, or what one asked for',
    description: [
      'Compliance officers: the queue, oldest first. Patients: every access to their record.',
      'Others: their own, newest first.',
    ].join(' '),
    auth: 'bearer',
    answer: { description: 'Accesses', contentType: 'application/json', schema: GlassList },
  },
} as const;
