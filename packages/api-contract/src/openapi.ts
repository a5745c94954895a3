import { z } from 'zod';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { LIVE_EVENTS } from './live.ts';
import { OperationOutcome } from './operation-outcome.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** An OpenAPI 3.1 document: plain JSON, ready to be served or written to a file. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: JsonObject;
  readonly paths: Readonly<Record<string, JsonObject>>;
  readonly components: JsonObject;
}

const COMPONENTS = '#/components/schemas/';

/** Points local references at the document's components. */
function relocate(node: Json): Json {
  if (Array.isArray(node)) return node.map(relocate);
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node).map(([key, value]): [string, Json] =>
    key === '$ref' && typeof value === 'string'
      ? [key, value.replace('#/$defs/', COMPONENTS)]
      : [key, relocate(value)],
  );
  return Object.fromEntries(entries);
}

/** JSON Schema 2020-12; every schema with an id inside it moves to `components`. */
function jsonSchemaOf(schema: z.ZodType, components: JsonObject): Json {
  // zod's own JSON Schema type is wider than JSON (it admits undefined); the output is plain JSON.
  const written = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))) as JsonObject;
  const { $schema: _dialect, $defs, ...rest } = written;
  for (const [name, definition] of Object.entries((relocate($defs ?? {}) ?? {}) as JsonObject)) {
    components[name] = definition;
  }
  return relocate(rest);
}

function answersOf(endpoint: Endpoint, components: JsonObject): JsonObject {
  const { answer } = endpoint;
  const schema =
    answer.schema === undefined ? { type: 'string' } : jsonSchemaOf(answer.schema, components);
  const success: JsonObject = {
    description: answer.description,
    content: { [answer.contentType]: { schema } },
  };
  const answers: JsonObject = { 200: success };
  for (const status of answer.also ?? []) answers[String(status)] = success;
  const always =
    endpoint.auth === 'bearer' ? [401, ...(endpoint.roles ? [403] : []), 500, 503] : [];
  for (const status of [...always, ...(endpoint.refusals ?? [])]) {
    answers[String(status)] ??= { $ref: '#/components/responses/Refusal' };
  }
  return answers;
}

function operationOf(operationId: string, endpoint: Endpoint, components: JsonObject): JsonObject {
  const roles = endpoint.roles === undefined ? '' : `Roles: ${endpoint.roles.join(', ')}.`;
  const description = [endpoint.description ?? '', roles].join(' ').trim();
  const parameters = Object.entries(endpoint.parameters ?? {}).map(
    ([name, { schema, in: place, required, description: meaning }]): JsonObject => ({
      name,
      in: place,
      required,
      description: meaning,
      schema: jsonSchemaOf(schema, components),
    }),
  );
  return {
    operationId,
    summary: endpoint.summary,
    ...(description === '' ? {} : { description }),
    security: endpoint.auth === 'bearer' ? [{ bearer: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(endpoint.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchemaOf(endpoint.body, components) } },
          },
        }),
    responses: answersOf(endpoint, components),
  };
}

/**
 * The surface as an OpenAPI 3.1 document, derived from `ENDPOINTS` alone.
 * @param version the product's version, shown in `info`.
 */
export function openApiDocument(version: string): OpenApiDocument {
  const schemas: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  for (const [operationId, endpoint] of Object.entries<Endpoint>(ENDPOINTS)) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(operationId, endpoint, schemas);
  }
  for (const schema of Object.values(LIVE_EVENTS)) jsonSchemaOf(schema, schemas);
  const refusal = jsonSchemaOf(OperationOutcome, schemas);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Holdfast operations API',
      version,
      description: 'Everything over HTTP that is not FHIR. Errors are FHIR R4 OperationOutcomes.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas,
      responses: {
        Refusal: {
          description: 'Why, and what to do about it',
          content: { 'application/fhir+json': { schema: refusal } },
        },
      },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}
