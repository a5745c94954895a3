import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CdsFeedback, CdsRequest } from './cds-hooks.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { LIVE_EVENTS } from './live.ts';
import { openApiDocument } from './openapi.ts';
import { Overview } from './overview.ts';
import { requestOutcomeOf } from './requests.ts';
import { quietOverview } from './testing/quiet-overview.ts';

const document = openApiDocument('1.2.3');
const endpoints = Object.entries<Endpoint>(ENDPOINTS);
const schemas = [
  ...endpoints.flatMap(([, { body, answer }]) => [
    body,
    'schema' in answer ? answer.schema : undefined,
  ]),
  ...Object.values(LIVE_EVENTS),
].filter((schema) => schema !== undefined);

function refsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(refsIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' ? [String(value)] : refsIn(value),
  );
}

function resolves(ref: string): boolean {
  const steps = ref.replace('#/', '').split('/');
  let node: unknown = document;
  for (const step of steps) node = (node as Record<string, unknown> | undefined)?.[step];
  return node !== undefined;
}

describe('the OpenAPI document', () => {
  it('describes every endpoint once, with its security', () => {
    for (const [operationId, { method, path, auth }] of endpoints) {
      const operation = document.paths[path]?.[method.toLowerCase()];
      expect(operation, path).toMatchObject({
        operationId,
        security: auth === 'bearer' ? [{ bearer: [] }] : [],
      });
    }
  });

  it('declares a parameter for every placeholder of a path', () => {
    for (const [, { path, parameters }] of endpoints) {
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
        expect(parameters?.[name ?? '']?.in, path).toBe('path');
      }
    }
  });

  it('has no dangling reference', () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => !resolves(ref))).toEqual([]);
  });

  it('is the same document for what is sent and what is received: no schema transforms', () => {
    for (const schema of schemas) {
      const [input, output] = (['input', 'output'] as const).map((io) =>
        z.toJSONSchema(schema, { io }),
      );
      expect(input).toEqual(output);
    }
  });

  it('closes every object it defines; FHIR types, and what CDS Hooks lets clients add to, apart', () => {
    const extensible: readonly z.ZodType[] = [CdsRequest, CdsFeedback];
    const open = schemas.filter(
      (schema) =>
        !extensible.includes(schema) &&
        /"type":"object"/.test(JSON.stringify(z.toJSONSchema(schema))),
    );
    for (const schema of open) {
      const written = JSON.stringify(z.toJSONSchema(schema));
      const objects = written.match(/"type":"object"/g)?.length;
      // A map by names says what its values are instead.
      const closed = written.match(/"additionalProperties":(?:false|\{)/g)?.length;
      expect(closed).toBe(objects);
    }
  });
});

describe('the overview', () => {
  it('accepts a server that has seen nothing yet', () => {
    expect(Overview.safeParse(quietOverview()).success).toBe(true);
  });

  it.each([
    ['a local time', { at: '2026-11-24T04:06:00+01:00' }],
    ['three lanes', { inference: { ...quietOverview().inference, tiers: [] } }],
  ])('refuses %s', (_, change) => {
    expect(Overview.safeParse({ ...quietOverview(), ...change }).success).toBe(false);
  });

  it.each([
    [200, 'succeeded'],
    [304, 'succeeded'],
    [400, 'invalid'],
    [401, 'denied'],
    [404, 'notFound'],
    [412, 'conflicted'],
    [429, 'throttled'],
    [503, 'failed'],
  ] as const)('counts status %i as %s', (status, outcome) => {
    expect(requestOutcomeOf(status)).toBe(outcome);
  });
});
