import {
  ENDPOINTS,
  type IdentityReview,
  type IdentityReviewList,
  type IdentityVerdict,
  IdentityVerdictRequest,
  readBody,
} from '@holdfast/api-contract';
import { isResourceId, type JsonObject } from '@holdfast/fhir';
import {
  evidenceOf,
  keepFact,
  linkStateOf,
  type OpenReview,
  openReviews,
  type PatientPair,
  patientRecord,
  type ReviewPlace,
} from '@holdfast/identity';
import { inTransaction } from '@holdfast/postgres';
import { type CursorSeal, lockStreams, readSeveral, type StoredVersion } from '@holdfast/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Audited, MINOR, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { REVIEWS_LOOKED_AT_MAX, REVIEWS_READ, REVIEWS_SHOWN_MAX } from '../limits.ts';
import { matchPatient } from '../workers/identity-matching.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { obliged } from './obliged.ts';

export type IdentityRoutesOptions = Pick<
  FhirRoutesOptions,
  'verifier' | 'pool' | 'gates' | 'scorer' | 'audit' | 'seal'
>;

/**
 * The steward's questions of `@holdfast/api-contract`. A pair is there for who may see both of its
 * patients: for anybody else it is neither shown nor can it be decided.
 */
export function registerIdentityRoutes(app: FastifyInstance, options: IdentityRoutesOptions): void {
  const asking = async (
    request: FastifyRequest,
    { roles }: { readonly roles: readonly string[] },
  ): Promise<Audited> => {
    const actor = await options.verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    if (!actor.roles.some((role) => roles.includes(role))) throw serverFault('SERVER_FORBIDDEN');
    return who;
  };
  app.get('/identity/reviews', async (request): Promise<IdentityReviewList> => {
    const who = await asking(request, ENDPOINTS.listIdentityReviews);
    const { after } = request.query as { readonly after?: string };
    return list(options, who, after);
  });
  app.post('/identity/reviews/:one/:other', async (request): Promise<IdentityVerdict> => {
    const who = await asking(request, ENDPOINTS.judgeIdentity);
    const pair = pairOf(request.params as PatientPair);
    const said = readBody(IdentityVerdictRequest, request.body);
    if (!said.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: said.error });
    await mustSeeBoth(options, who, pair);
    return judge(options, who, { pair, verdict: said.value.verdict });
  });
}

interface Page {
  readonly reviews: readonly IdentityReview[];
  /** Records of the reviews. */
  readonly shown: readonly StoredVersion[];
  /** Where the next page goes on; undefined where there is none. */
  readonly end: ReviewPlace | undefined;
  readonly epoch: bigint;
}

async function list(
  options: IdentityRoutesOptions,
  who: Audited,
  cursor: string | undefined,
): Promise<IdentityReviewList> {
  const { audit, seal } = options;
  const scope = `identity/reviews of ${who.actor.tenant} for ${who.actor.principal}`;
  const { reviews, shown, end, epoch } = await pageAfter(options, who, opened(seal, cursor, scope));
  await audit.accessed(
    who,
    {
      interaction: 'identity-reviews',
      action: 'E',
      target: 'identity/reviews',
      outcome: SUCCESS,
      epoch,
    },
    shown.map(({ facts }) => facts),
  );
  if (end === undefined) return { reviews: [...reviews] };
  const next = seal.seal({ values: [end.one, end.other], key: end.micros }, scope);
  return { reviews: [...reviews], next };
}

function opened(
  seal: CursorSeal,
  cursor: string | undefined,
  scope: string,
): ReviewPlace | undefined {
  if (cursor === undefined) return undefined;
  const position = seal.open(cursor, scope);
  const [one, other] = position.ok ? position.value.values : [];
  if (!position.ok || typeof one !== 'string' || typeof other !== 'string') {
    throw serverFault('SERVER_REQUEST_INVALID', { expression: ['after'] });
  }
  return { micros: position.value.key, one, other };
}

/** Looks through the queue until a page is full of pairs that may be shown, or a bound is reached. */
async function pageAfter(
  { pool, gates }: IdentityRoutesOptions,
  who: Audited,
  start: ReviewPlace | undefined,
): Promise<Page> {
  const { tenant } = who.actor;
  const source = gates.gateSource(who.actor, 'read');
  const [reviews, shown] = [[] as IdentityReview[], new Map<string, StoredVersion>()];
  let [end, epoch] = [start, source.current().epoch];
  for (let looked = 0; looked < REVIEWS_LOOKED_AT_MAX; looked += REVIEWS_READ) {
    const open = await openReviews(pool, tenant, { after: end, limit: REVIEWS_READ });
    const ids = [...new Set(open.flatMap(({ one, other }) => [one, other]))];
    const names = ids.map((id) => ({ type: 'Patient' as const, id }));
    const found = await readSeveral(pool, source, { tenant, names });
    epoch = found.epoch;
    const byId = new Map(found.versions.map((version) => [version.id, version]));
    for (const review of open) {
      const [one, other] = [byId.get(review.one), byId.get(review.other)];
      if (one !== undefined && other !== undefined) {
        if (reviews.length === REVIEWS_SHOWN_MAX) return page(end);
        reviews.push(answerOf(review, obliged(who, one), obliged(who, other)));
        shown.set(one.id, one).set(other.id, other);
      }
      end = review;
    }
    if (open.length < REVIEWS_READ) return page(undefined);
  }
  return page(end);

  function page(next: ReviewPlace | undefined): Page {
    return { reviews, shown: [...shown.values()], end: next, epoch };
  }
}

function answerOf(review: OpenReview, one: StoredVersion, other: StoredVersion): IdentityReview {
  const { bits, grade, withheld, weights, since } = review;
  return {
    one: review.one,
    other: review.other,
    grade,
    ...(withheld !== undefined && { withheld }),
    bits,
    probability: 1 / (1 + 2 ** -bits),
    since: since.toISOString(),
    evidence: [...evidenceOf(personIn(one), personIn(other), weights)],
  };
}

const personIn = ({ id, content }: StoredVersion) =>
  patientRecord(JSON.parse(content ?? '{}') as JsonObject, id);

/** In the order that the store keeps, whichever way round it was asked. */
function pairOf({ one, other }: PatientPair): PatientPair {
  for (const [name, id] of Object.entries({ one, other })) {
    if (!isResourceId(id)) throw serverFault('SERVER_ID_INVALID', { expression: [name] });
  }
  if (one === other) throw serverFault('SERVER_REQUEST_INVALID', { expression: ['other'] });
  return one < other ? { one, other } : { one: other, other: one };
}

/** Puts on record, before anything follows from it, who decides about whom. */
async function mustSeeBoth(
  { pool, gates, audit }: IdentityRoutesOptions,
  who: Audited,
  { one, other }: PatientPair,
): Promise<void> {
  const names = [one, other].map((id) => ({ type: 'Patient' as const, id }));
  const source = gates.gateSource(who.actor, 'read');
  const { versions, epoch } = await readSeveral(pool, source, { tenant: who.actor.tenant, names });
  const seesBoth = versions.length === names.length;
  await audit.accessed(
    who,
    {
      interaction: 'identity-verdict',
      action: 'U',
      target: `identity/reviews/${one}/${other}`,
      outcome: seesBoth ? SUCCESS : MINOR,
      epoch,
      ...(!seesBoth && { named: [one, other] }),
    },
    seesBoth ? versions.map(({ facts }) => facts) : [],
  );
  if (!seesBoth) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
}

/** The fact and what follows from it for the link, at once. */
function judge(
  { pool, scorer }: IdentityRoutesOptions,
  { actor: { tenant, principal: steward } }: Audited,
  { pair, verdict }: { readonly pair: PatientPair } & IdentityVerdictRequest,
): Promise<IdentityVerdict> {
  const { one, other } = pair;
  return inTransaction(pool, async (tx) => {
    // Both before either: matching takes one of them.
    await lockStreams(tx, tenant, [`Patient/${one}`, `Patient/${other}`]);
    await keepFact(tx, { tenant, ...pair }, verdict === 'withdrawn' ? null : { verdict, steward });
    await matchPatient(tx, { tenant, resourceId: one }, scorer);
    const state = (await linkStateOf(tx, { tenant, ...pair })) ?? 'apart';
    return { one, other, state };
  });
}
