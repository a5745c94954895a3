import { capabilityStatement, type JsonObject } from '@holdfast/fhir';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { FHIR_JSON } from './app.ts';
import { isNotModified } from './conditional-read.ts';
import { nameOf, type Params, withVersion } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { auditedRead, releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { refuseForeignMedia } from './media-types.ts';

/** FHIR R4 REST (https://hl7.org/fhir/R4/http.html): parse, ask the store, audit, answer. */
export function registerFhirRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const handler = fhirHandler(options, readOrVread);
  const statement = statementOf(options);
  app.get(`${FHIR_BASE}/metadata`, (request, reply) => {
    refuseForeignMedia(request);
    return reply.type(FHIR_JSON).send(statement());
  });
  app.get(`${FHIR_BASE}/:type/:id`, handler);
  app.get(`${FHIR_BASE}/:type/:id/_history/:version`, handler);
}

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport';

/** The CapabilityStatement's text, written once: it names thousands of parameters and includes. */
function statementOf(options: FhirRoutesOptions): () => string {
  const { baseUrl, clock, version } = options;
  let written: { readonly base: string; readonly text: string } | undefined;
  return () => {
    // The address is known only once the server listens.
    const base = `${baseUrl()}${FHIR_BASE}`;
    if (written?.base !== base) {
      const statement = capabilityStatement({
        base,
        date: clock.now().toISOString(),
        softwareVersion: version,
        interactions: [
          'read',
          'vread',
          'update',
          'patch',
          'delete',
          'history-instance',
          'history-type',
          'create',
          'search-type',
        ],
        systemInteractions: ['transaction', 'batch', 'history-system', 'search-system'],
        compartments: ['Patient', 'Encounter', 'Practitioner', 'RelatedPerson', 'Device'],
        operations: {
          every: ['validate', 'meta', 'meta-add', 'meta-delete'],
          of: {
            Patient: ['patient-everything', 'patient-export', 'patient-match', 'ihe-pix'],
            Encounter: ['encounter-everything'],
            Group: ['group-export'],
            Subscription: [
              'subscription-status',
              'subscription-events',
              'subscription-resend',
              'subscription-get-ws-binding-token',
              'subscription-signing-secret',
            ],
          },
          system: ['meta', 'export'],
        },
        instantiates: [`${BACKPORT}/CapabilityStatement/backport-subscription-server-r4`],
        supportedProfiles: {
          Subscription: [`${BACKPORT}/StructureDefinition/backport-subscription`],
        },
        conditional: { create: true, update: true, delete: true },
        plain: ['Subscription'],
        security: securityOf(options),
      });
      written = { base, text: JSON.stringify(statement) };
    }
    return written.text;
  };
}

/** `rest.security`: the same for every interaction, and without it nothing but this statement. */
function securityOf({ issuer, provider, baseUrl }: FhirRoutesOptions): JsonObject {
  const authorization = `${baseUrl()}/auth`;
  const sources = [
    `the built-in sign-in ${authorization}`,
    ...(provider === undefined ? [] : [`the OpenID provider ${provider.issuer}`]),
    ...(issuer === undefined ? [] : ['the development sign-in']),
  ];
  const from = sources.join(' or ');
  return {
    cors: true,
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [
          { url: 'authorize', valueUri: `${authorization}/authorize` },
          { url: 'token', valueUri: `${authorization}/token` },
          { url: 'introspect', valueUri: `${authorization}/introspect` },
          { url: 'revoke', valueUri: `${authorization}/revoke` },
        ],
      },
    ],
    service: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
            code: 'SMART-on-FHIR',
          },
        ],
      },
    ],
    description: `Bearer tokens of ${from}. There is no anonymous access.`,
  };
}

async function readOrVread(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { version } = request.params as Partial<Params>;
  const asked = { ...nameOf(request, who), version, db: options.pool };
  const outcome = await auditedRead(options, who, asked);
  request.facts.denied = outcome.kind === 'hidden';
  request.facts.patientId = outcome.kind === 'absent' ? null : outcome.version.facts.patientId;
  const row = releasedOf(who, outcome);
  withVersion(reply, row);
  if (isNotModified(request.headers, row)) return reply.code(304).send();
  return reply.type(FHIR_JSON).send(row.content);
}
