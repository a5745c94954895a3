import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { Tier } from '../clinical/tier.ts';
import type { GateReport, Verdict } from '../gates/gate.ts';
import { type ModelRoute, nextStage } from '../models/routing.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** A version as it is kept, and what the gates last said of it. */
export interface KeptVersion {
  readonly model: ModelReference;
  readonly sha256: string;
  readonly addedAt: Date;
  /** Null: never evaluated. */
  readonly verdict: Verdict | null;
}

export interface AddedVersion {
  readonly model: ModelReference;
  readonly capability: string;
  readonly sha256: string;
  readonly signature: Uint8Array;
  readonly files: readonly { readonly name: string; readonly content: Uint8Array }[];
}

/** @returns `kept` where this version is here already, with these very files or with others */
export async function addVersion(
  tx: Queryable,
  tenant: TenantId,
  { model, capability, sha256, signature, files }: AddedVersion,
): Promise<'added' | 'kept'> {
  const { rowCount } = await tx.query(
    `insert into model_version (tenant, model, version, capability, artifact_sha256, signature)
      values ($1, $2, $3, $4, decode($5, 'hex'), $6) on conflict do nothing`,
    [tenant, model.id, model.version, capability, sha256, signature],
  );
  if (rowCount === 0) return 'kept';
  await tx.query(
    `insert into model_file (tenant, model, version, name, content)
      select $1, $2, $3, given.* from unnest($4::text[], $5::bytea[]) given`,
    [tenant, model.id, model.version, files.map(({ name }) => name), files.map((f) => f.content)],
  );
  return 'added';
}

const VERSIONS = `select v.model, v.version, encode(v.artifact_sha256, 'hex') as sha256, v.added_at,
    (select e.verdict from model_evaluation e where e.tenant = v.tenant and e.model = v.model
      and e.version = v.version order by e.id desc limit 1) as verdict
  from model_version v where v.tenant = $1 order by v.model, v.added_at, v.version`;

interface VersionRow {
  model: string;
  version: string;
  sha256: string;
  added_at: Date;
  verdict: Verdict | null;
}

export async function listVersions(
  db: Queryable,
  tenant: TenantId,
): Promise<readonly KeptVersion[]> {
  const { rows } = await db.query<VersionRow>(VERSIONS, [tenant]);
  return rows.map(({ model, version, sha256, added_at: addedAt, verdict }) => ({
    ...{ model: { id: model, version }, sha256, addedAt, verdict },
  }));
}

export interface KeptFiles {
  readonly sha256: string;
  readonly signature: Uint8Array;
  readonly files: readonly { readonly name: string; readonly content: Uint8Array }[];
}

/** Null where there is no such version. */
export async function readVersion(
  db: Queryable,
  tenant: TenantId,
  { id, version }: ModelReference,
): Promise<KeptFiles | null> {
  const { rows } = await db.query<{
    sha256: string;
    signature: Buffer;
    name: string;
    content: Buffer;
  }>(
    `select encode(v.artifact_sha256, 'hex') as sha256, v.signature, f.name, f.content
      from model_version v join model_file f using (tenant, model, version)
      where v.tenant = $1 and v.model = $2 and v.version = $3 order by f.name`,
    [tenant, id, version],
  );
  const [first] = rows;
  if (first === undefined) return null;
  const files = rows.map(({ name, content }) => ({ name, content }));
  return { sha256: first.sha256, signature: first.signature, files };
}

export async function recordEvaluation(
  db: Queryable,
  tenant: TenantId,
  { model, report }: { readonly model: ModelReference; readonly report: GateReport },
): Promise<void> {
  await db.query(
    `insert into model_evaluation (tenant, model, version, verdict, report)
      values ($1, $2, $3, $4, $5)`,
    [tenant, model.id, model.version, report.verdict, JSON.stringify(report)],
  );
}

interface RouteRow {
  model: string;
  champion: string;
  previous: string | null;
  canary: string | null;
  canary_share: number | null;
  canary_tier: Tier | null;
}

const ROUTES = `select model, champion, previous, canary, canary_share, canary_tier
  from model_route where tenant = $1`;

function routeOf(row: RouteRow): ModelRoute {
  const { model, champion, previous, canary, canary_share: share, canary_tier: tier } = row;
  const isWhole = canary !== null && share !== null && tier !== null;
  return {
    ...{ model, champion, previous },
    // A share is kept in single precision; the stages are in hundredths.
    canary: isWhole ? { version: canary, share: Math.round(share * 100) / 100, tier } : null,
  };
}

/** By model; one that is not here is answered by what comes along. */
export async function readRoutes(
  db: Queryable,
  tenant: TenantId,
): Promise<ReadonlyMap<string, ModelRoute>> {
  const { rows } = await db.query<RouteRow>({
    name: 'inference.routes',
    text: ROUTES,
    values: [tenant],
  });
  return new Map(rows.map((row) => [row.model, routeOf(row)]));
}

/** Why a route stays as it is. */
export type RouteRefusal =
  | 'version-unknown'
  | 'answers-already'
  | 'not-evaluated'
  | 'gates-failed'
  | 'gates-inconclusive'
  | 'other-on-trial'
  | 'nothing-before';

export interface RouteChange {
  readonly model: ModelReference;
  readonly reason: string;
  /** The version that comes along and answers where no route stands yet. */
  readonly shipped: string;
}

type Changed =
  | { readonly kind: 'canary' | 'promote' | 'roll-back'; readonly route: ModelRoute }
  | { readonly kind: 'refused'; readonly why: RouteRefusal };

/**
 * One stage further: into its trial, through the stages of it, and then the version that answers. The
 * newest evaluation decides; nothing passes over it. In a transaction of the caller's.
 */
export async function promote(
  tx: Queryable,
  tenant: TenantId,
  { model, reason, shipped }: RouteChange,
): Promise<Changed> {
  const now = await lockedRoute(tx, tenant, { model: model.id, shipped });
  const refused = (why: RouteRefusal): Changed => ({ kind: 'refused', why });
  if (now.champion === model.version) return refused('answers-already');
  if (now.canary !== null && now.canary.version !== model.version) return refused('other-on-trial');
  const kept = (await listVersions(tx, tenant)).find(
    (each) => each.model.id === model.id && each.model.version === model.version,
  );
  if (kept === undefined) return refused('version-unknown');
  if (kept.verdict === null) return refused('not-evaluated');
  if (kept.verdict === 'fail') return refused('gates-failed');
  if (kept.verdict === 'inconclusive') return refused('gates-inconclusive');
  const stage = nextStage(now.canary);
  const { version } = model;
  const route: ModelRoute =
    stage === null
      ? { model: model.id, champion: version, previous: now.champion, canary: null }
      : { ...now, canary: { version, ...stage } };
  const kind = stage === null ? 'promote' : 'canary';
  await writeRoute(tx, tenant, { route, kind, reason });
  return { kind, route };
}

/** Ends a trial; without one, back to the version before. Asks no gate. */
export async function rollBack(
  tx: Queryable,
  tenant: TenantId,
  {
    model,
    reason,
    shipped,
  }: { readonly model: string; readonly reason: string; readonly shipped: string },
): Promise<Changed> {
  const now = await lockedRoute(tx, tenant, { model, shipped });
  if (now.canary === null && now.previous === null)
    return { kind: 'refused', why: 'nothing-before' };
  const route: ModelRoute =
    now.canary === null
      ? { ...now, champion: now.previous ?? now.champion, previous: null }
      : { ...now, canary: null };
  await writeRoute(tx, tenant, { route, kind: 'roll-back', reason });
  return { kind: 'roll-back', route };
}

/** The lock is a statement of its own: two flips of one model take turns. */
async function lockedRoute(
  tx: Queryable,
  tenant: TenantId,
  { model, shipped }: { readonly model: string; readonly shipped: string },
): Promise<ModelRoute> {
  await tx.query(
    `insert into model_route (tenant, model, champion, reason) values ($1, $2, $3, 'comes along')
      on conflict do nothing`,
    [tenant, model, shipped],
  );
  await tx.query('select 1 from model_route where tenant = $1 and model = $2 for update', [
    tenant,
    model,
  ]);
  const route = (await readRoutes(tx, tenant)).get(model);
  return route ?? { model, champion: shipped, previous: null, canary: null };
}

async function writeRoute(
  tx: Queryable,
  tenant: TenantId,
  change: {
    readonly route: ModelRoute;
    readonly kind: 'canary' | 'promote' | 'roll-back';
    readonly reason: string;
  },
): Promise<void> {
  const { route, kind, reason } = change;
  const { model, champion, previous, canary } = route;
  const [version, share, tier] = [canary?.version, canary?.share, canary?.tier];
  const values = [tenant, model, champion, previous, version ?? null];
  await tx.query(
    `update model_route set champion = $3, previous = $4, canary = $5, canary_share = $6,
      canary_tier = $7, changed_at = now(), reason = $8 where tenant = $1 and model = $2`,
    [...values, share ?? null, tier ?? null, reason],
  );
  await tx.query(
    `insert into model_route_change (tenant, model, champion, previous, canary, kind, reason)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    [...values, kind, reason],
  );
}
