import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import { operationOutcome } from '../operation-outcome.ts';
import { validateResource } from '../validation/validate-resource.ts';
import { searchsetBundle } from './searchset.ts';
import { transactionResponse } from './transaction-response.ts';

const text = '{"resourceType":"Patient","id":"1"}';

describe('a searchset', () => {
  it('is a valid Bundle that carries stored text byte for byte', () => {
    const bundle = searchsetBundle({
      total: 1,
      links: [{ relation: 'self', url: 'https://here.org/fhir/Patient?name="x"' }],
      entries: [{ fullUrl: 'https://here.org/fhir/Patient/1', text, mode: 'match' }],
      issues: [{ severity: 'warning', code: 'not-supported', diagnostics: 'colour' }],
    });
    expect(bundle).toContain(text);
    const parsed = JSON.parse(bundle) as JsonObject;
    expect(validateResource(parsed)).toEqual([]);
    expect(parsed).toMatchObject({
      total: 1,
      entry: [{ search: { mode: 'match' } }, { search: { mode: 'outcome' } }],
    });
  });

  it('has no empty lists when nothing is found', () => {
    const parsed = JSON.parse(searchsetBundle({ links: [], entries: [] })) as JsonObject;
    expect(parsed).toEqual({ resourceType: 'Bundle', type: 'searchset' });
    expect(validateResource(parsed)).toEqual([]);
  });
});

describe('a transaction response', () => {
  it('is a valid Bundle in the order of the request', () => {
    const response = transactionResponse('transaction', [
      { index: 1, status: '200 OK', text },
      {
        index: 0,
        status: '201 Created',
        location: 'Patient/1/_history/1',
        version: '1',
        lastModified: '2024-01-01T00:00:00.000Z',
        outcome: JSON.stringify(
          operationOutcome([{ severity: 'warning', code: 'value', diagnostics: 'odd' }]),
        ),
      },
    ]);
    const parsed = JSON.parse(response) as JsonObject;
    expect(validateResource(parsed)).toEqual([]);
    expect(parsed).toMatchObject({
      type: 'transaction-response',
      entry: [
        { response: { status: '201 Created', etag: 'W/"1"' } },
        { resource: { resourceType: 'Patient', id: '1' } },
      ],
    });
  });
});
