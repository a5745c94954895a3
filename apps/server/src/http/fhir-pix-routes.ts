import { isJsonObject, type JsonObject, type JsonValue, parseSearch } from '@holdfast/fhir';
import { linkedPatients } from '@holdfast/identity';
import { type GateSource, readSeveral, type StoredVersion, search } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { MINOR, SUCCESS } from '../audit-trail.ts';
import { comparable } from '../workers/identity-matching.ts';
import { FHIR_JSON } from './app.ts';
import { invalid } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { operationQuery } from './operation-parameters.ts';

/** A patient identifier as a token: `system|value`. */
interface Source {
  readonly system: string;
  readonly value: string;
}

type Problem = 'source' | 'source-domain' | 'target-domain' | 'request';

/** IHE ITI-83, sections 2:3.83.4.2.2.2 to 2:3.83.4.2.2.4, word by word. */
const PROBLEMS = {
  source: [404, 'not-found', 'sourceIdentifier Patient Identifier not found'],
  'source-domain': [400, 'code-invalid', 'sourceIdentifier Assigning Authority not found'],
  'target-domain': [403, 'code-invalid', 'targetSystem not found'],
  request: [400, 'required', 'sourceIdentifier is needed once, as system|value'],
} as const;

const refusal = (problem: Problem) => {
  const [status, code, diagnostics] = PROBLEMS[problem];
  return invalid(status, [{ severity: 'error', code, diagnostics }]);
};

/**
 * `Patient/$ihe-pix` (IHE PIXm ITI-83): the other identifiers of a person, by the links of matching and
 * of stewards. Domains and patients that the asker may not see are as if they were not there.
 */
export function registerFhirPixRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const handler = fhirHandler(options, crossReference);
  app.get(`${FHIR_BASE}/Patient/$ihe-pix`, handler);
}

async function crossReference(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { gates, audit, pool, baseUrl } = options;
  const parameters = operationQuery(request);
  const source = sourceOf(parameters.getAll('sourceIdentifier'));
  const targets = parameters.getAll('targetSystem');
  const { tenant } = who.actor;
  const base = `${baseUrl()}${FHIR_BASE}`;
  const find = finder(options, { tenant, gates: gates.gateSource(who.actor, 'read') });
  const access = {
    interaction: 'operation-ihe-pix',
    action: 'E',
    target: 'Patient/$ihe-pix',
  } as const;
  const [own, epoch] = await find.named(source, base);
  const problem = await problemOf({ own, source, targets, base, find });
  if (problem !== undefined) {
    await audit.accessed(who, { ...access, outcome: MINOR, epoch }, []);
    throw refusal(problem);
  }
  const ids = own.map(({ id }) => id);
  const linked = await linkedPatients(pool, tenant, ids);
  const others = await find.byId(linked.filter((id) => !ids.includes(id)));
  const versions = [...own, ...others];
  await audit.accessed(
    who,
    { ...access, outcome: SUCCESS, epoch },
    versions.map(({ facts }) => facts),
  );
  const answer = answerOf(versions, { source, targets, base });
  return reply.type(FHIR_JSON).send(JSON.stringify(answer));
}

/** @throws InvalidBody unless there is exactly one, of a system and a value */
function sourceOf(given: readonly string[]): Source {
  const [token = '', ...more] = given;
  const at = token.indexOf('|');
  if (more.length > 0 || at < 1 || at === token.length - 1) throw refusal('request');
  return { system: token.slice(0, at), value: token.slice(at + 1) };
}

interface Finder {
  readonly named: (source: Source, base: string) => Promise<readonly [StoredVersion[], bigint]>;
  readonly byId: (ids: readonly string[]) => Promise<readonly StoredVersion[]>;
  readonly knows: (system: string) => Promise<boolean>;
}

/** Everything through the gate that searches go through. */
function finder(
  { pool, dictionary, seal }: FhirRoutesOptions,
  { tenant, gates }: { readonly tenant: number; readonly gates: GateSource },
): Finder {
  const byToken = async (token: string, count: number) => {
    const query = new URLSearchParams({ identifier: token, _count: String(count) });
    const parsed = parseSearch({ types: ['Patient'] }, query, {});
    if (!parsed.ok) throw refusal('request');
    return search(parsed.value, { db: pool, tenant, gates, dictionary, seal });
  };
  const several = (ids: readonly string[]) =>
    readSeveral(pool, gates, {
      tenant,
      names: ids.map((id) => ({ type: 'Patient' as const, id })),
    });
  const inUse = (versions: readonly StoredVersion[]) =>
    versions.filter((version) => comparable(version) !== undefined);
  return {
    named: async ({ system, value }, base) => {
      const id = system === base ? /^Patient\/(.+)$/.exec(value)?.[1] : undefined;
      if (system === base) {
        const { versions, epoch } = await several(id === undefined ? [] : [id]);
        return [inUse(versions), epoch];
      }
      const { versions, epoch } = await byToken(`${escaped(system)}|${escaped(value)}`, PAGE);
      return [inUse(versions), epoch];
    },
    byId: async (ids) => inUse((await several(ids)).versions),
    knows: async (system) => (await byToken(`${escaped(system)}|`, 1)).versions.length > 0,
  };
}

/** Records with one identifier: more are a fault upstream. */
const PAGE = 20;

/** https://hl7.org/fhir/R4/search.html#escaping */
const escaped = (text: string): string => text.replaceAll(/[\\,|$]/g, (sign) => `\\${sign}`);

async function problemOf({
  own,
  source,
  targets,
  base,
  find,
}: {
  readonly own: readonly StoredVersion[];
  readonly source: Source;
  readonly targets: readonly string[];
  readonly base: string;
  readonly find: Finder;
}): Promise<Problem | undefined> {
  const isDomain = async (system: string): Promise<boolean> =>
    system === base || find.knows(system);
  if (own.length === 0) return (await isDomain(source.system)) ? 'source' : 'source-domain';
  for (const target of targets) if (!(await isDomain(target))) return 'target-domain';
  return undefined;
}

function answerOf(
  versions: readonly StoredVersion[],
  { source, targets, base }: { source: Source; targets: readonly string[]; base: string },
): JsonObject {
  const wanted = (system: string): boolean => targets.length === 0 || targets.includes(system);
  const identifiers = new Map<string, JsonValue>();
  for (const { content } of versions) {
    for (const identifier of identifiersIn(content)) {
      const [system, value] = [textOf(identifier['system']), textOf(identifier['value'])];
      if (system === source.system && value === source.value) continue;
      if (wanted(system)) identifiers.set(`${system}|${value}`, identifier);
    }
  }
  const ids = wanted(base) ? versions.map(({ id }) => `Patient/${id}`) : [];
  const named = source.system === base ? source.value : '';
  const parameter: JsonObject[] = [
    ...[...identifiers.values()].map((value) => ({
      name: 'targetIdentifier',
      valueIdentifier: value,
    })),
    ...ids
      .filter((reference) => reference !== named)
      .map((reference) => ({ name: 'targetId', valueReference: { reference } })),
  ];
  return { resourceType: 'Parameters', ...(parameter.length > 0 && { parameter }) };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

function identifiersIn(content: string | null): readonly JsonObject[] {
  const { identifier } = JSON.parse(content ?? '{}') as JsonObject;
  const list = Array.isArray(identifier) ? identifier : [];
  return list.filter(isJsonObject).filter((each) => typeof each['value'] === 'string');
}
