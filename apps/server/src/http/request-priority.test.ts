import type { Actor } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { BULK_BODY_BYTES, COST_BODY_BYTES } from '../limits.ts';
import { costOf, kindOf, priorityOf, type RequestShape } from './request-priority.ts';

const actor = (over: Partial<Actor>): Actor => ({
  tenant: 1 as TenantId,
  principal: 'Practitioner/p',
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
  ...over,
});

const get = (path: string, query = ''): RequestShape => ({
  method: 'GET',
  path,
  query,
  bodyBytes: 0,
});
const post = (path: string, bodyBytes: number): RequestShape => ({
  method: 'POST',
  path,
  query: '',
  bodyBytes,
});

describe('priorityOf', () => {
  const read = get('/Patient/a');

  it.each([
    ['a clinician who treats', actor({}), 'care-now'],
    [
      'whoever has declared an emergency',
      actor({ roles: ['front-desk'], emergency: true }),
      'care-now',
    ],
    ['a clinician who does research', actor({ purposes: ['HRESCH'] }), 'interactive'],
    ['a patient', actor({ roles: ['patient'], purposes: ['PATRQT'] }), 'interactive'],
    ['a system', actor({ roles: ['system'], principal: 'Device/d' }), 'integration'],
    ['a researcher', actor({ roles: ['researcher'], purposes: ['HRESCH'] }), 'bulk'],
  ] as const)('%s', (_who, asks, expected) => {
    expect(priorityOf(asks, read)).toBe(expected);
  });

  it('bulk work is bulk, whoever asks for it', () => {
    expect(priorityOf(actor({}), get('/Patient/$export'))).toBe('bulk');
    expect(priorityOf(actor({}), get('/$async/x/0.ndjson'))).toBe('bulk');
    expect(priorityOf(actor({}), get('/$async/x'))).toBe('care-now');
    expect(priorityOf(actor({}), post('', BULK_BODY_BYTES + 1))).toBe('bulk');
    expect(priorityOf(actor({}), post('', BULK_BODY_BYTES))).toBe('care-now');
  });
});

describe('kindOf', () => {
  it.each([
    [get('/Patient/a'), 'read'],
    [get('/Patient', 'name=x'), 'search'],
    [get('/Patient'), 'search'],
    [{ ...post('/Patient/_search', 10) }, 'search'],
    [get('/Patient/a/_history'), 'history'],
    [get('/Patient/a/$everything'), 'operation'],
    [get('/$async/x/0.ndjson'), 'export'],
    [post('', 10), 'bundle'],
    [post('/Patient', 10), 'write'],
  ])('%o is a %s', (shape, kind) => {
    expect(kindOf(shape)).toBe(kind);
  });
});

describe('costOf', () => {
  it('grows with the body', () => {
    expect(costOf(get('/Patient/a'))).toBe(1);
    expect(costOf(post('', 10 * COST_BODY_BYTES))).toBe(13);
  });
});
