import { parseSearch, problemIssue } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import { read, type StoredVersion } from '@holdfast/store';
import { subscriptionOwners } from '@holdfast/subscriptions';
import { type Audited, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { OPEN } from '../workers/subscription-records.ts';
import { invalid, notFound } from './fhir-exchange.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { searchBundle } from './search-bundle.ts';

/**
 * A Subscription for its own subscriber, recorded as a read; to all others it is not there, since it
 * says whom somebody watches. By whom its first version was written: known from that commit on.
 *
 * @throws Fault SERVER_RESOURCE_NOT_FOUND
 */
export async function ownSubscription(
  { audit }: FhirRoutesOptions,
  who: Audited,
  { id, db }: { readonly id: string; readonly db: Queryable },
): Promise<StoredVersion> {
  const { tenant, principal } = who.actor;
  const owners = await subscriptionOwners(db, tenant, [id]);
  if (owners.get(id) !== principal) throw notFound();
  const outcome = await read(db, OPEN, { tenant, type: 'Subscription', id });
  if (outcome.kind !== 'found') throw notFound();
  const access = { interaction: 'read', action: 'R', target: `Subscription/${id}` } as const;
  await audit.accessed(who, { ...access, outcome: SUCCESS, epoch: 0n }, []);
  return outcome.version;
}

/** What a search finds of them takes part in nothing else: these parameters change nothing here. */
const IGNORED = /^(?:_sort|_include(?::iterate)?|_revinclude(?::iterate)?)$/;

export interface OwnSearch {
  readonly parameters: URLSearchParams;
  readonly strict: boolean;
  readonly db: Queryable;
}

/**
 * A page of the subscriber's own Subscriptions as a Bundle's text, in the order of their ids, recorded.
 *
 * @throws InvalidBody naming the parameter, Fault SUBSCRIPTION_SEARCH_INVALID, SERVER_SEARCH_INVALID
 */
export async function ownSubscriptions(
  options: FhirRoutesOptions,
  who: Audited,
  { parameters, strict, db }: OwnSearch,
): Promise<string> {
  const { audit, seal, subscriptions, baseUrl } = options;
  const { tenant, principal } = who.actor;
  const root = `${baseUrl()}${FHIR_BASE}`;
  const parsed = parseSearch('Subscription', parameters, { base: `${root}/` });
  if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
  const ignored = [...new Set(parameters.keys())].filter((name) => IGNORED.test(name));
  const query = { ...parsed.value, unknown: [...parsed.value.unknown, ...ignored] };
  if (strict) refuseUnknown(query);
  const scope = `subscriptions ${JSON.stringify([tenant, principal, query.criteria])}`;
  const opened = query.cursor === undefined ? undefined : seal.open(query.cursor, scope);
  if (opened?.ok === false) throw serverFault('SERVER_SEARCH_INVALID', { expression: ['_cursor'] });
  const after = opened?.value.key ?? '';
  const found = await subscriptions.operations.search({ tenant, principal }, query, after);
  const ids = query.summary === 'count' ? [] : found.ids;
  const versions = await storedOf(db, tenant, ids);
  const target = `Subscription?${parameters.toString()}`;
  const access = { interaction: 'search-type', action: 'E', target } as const;
  await audit.accessed(who, { ...access, outcome: SUCCESS, epoch: 0n }, []);
  const last = found.more ? ids.at(-1) : undefined;
  const page = {
    versions,
    included: [],
    includedCut: false,
    total: query.total === 'none' ? null : { value: found.total, exact: true },
    next: last === undefined ? null : seal.seal({ key: last, values: [] }, scope),
    epoch: 0n,
  };
  return searchBundle({ who, query, parameters, page, root, path: '/Subscription' });
}

async function storedOf(
  db: Queryable,
  tenant: number,
  ids: readonly string[],
): Promise<StoredVersion[]> {
  const versions: StoredVersion[] = [];
  for (const id of ids) {
    const outcome = await read(db, OPEN, { tenant, type: 'Subscription', id });
    if (outcome.kind === 'found') versions.push(outcome.version);
  }
  return versions;
}
