import type { Resource } from '@holdfast/fhir';
import type { Clock, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource, Labels } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { type Context, contextOf } from '../compile/context.ts';
import { actorView } from '../gate/actor-view.ts';
import { ClassGroups } from '../gate/class-groups.ts';
import { ConsentGate } from '../gate/consent-gate.ts';
import { Redactions } from '../gate/redactions.ts';
import { ReleaseTable } from '../gate/release-table.ts';
import { labelsEncounter } from '../labels/labels-encounter.ts';
import { MAX_CONTEXTS } from '../limits.ts';
import { policyName, rulebookOf } from '../org/policy-document.ts';
import { type Rulebook, STARTER_RULEBOOK } from '../rulebook.ts';
import { ActorClosures, type Closure } from './actor-closures.ts';
import { type ActivePolicy, ClassRegistry } from './class-registry.ts';

export interface ConsentGatesOptions {
  /** A connection or pool whose statements run behind the tenant's wall. */
  readonly database: (tenant: TenantId) => Queryable;
  readonly clock: Clock;
  /** The rules of a tenant that never activated a policy; the starter rulebook unless told otherwise. */
  readonly rulebook?: (tenant: TenantId) => Rulebook;
}

interface ContextTable {
  readonly table: ReleaseTable;
  readonly redactions: Redactions | undefined;
  groups: ClassGroups | undefined;
}

interface Tenant {
  readonly registry: ClassRegistry;
  readonly closures: ActorClosures;
  readonly initial: Rulebook;
  /** Of the policy in force, and all that was compiled by it. */
  rules: { readonly policy: ActivePolicy | undefined; readonly rulebook: Rulebook };
  contexts: Map<string, ContextTable>;
}

/**
 * Gates for requests: classes and compiled contexts are shared by all requests of a tenant, and
 * brought up to date whenever a statement has seen a newer consent epoch (CON-6).
 */
export class ConsentGates {
  readonly #options: ConsentGatesOptions;
  readonly #tenants = new Map<TenantId, Tenant>();

  constructor(options: ConsentGatesOptions) {
    this.#options = options;
  }

  /** What the store asks about every row of this actor's request. */
  gateSource(actor: Actor, action: Action): GateSource {
    const tenant = this.#tenant(actor.tenant);
    const context = contextOf(actor, action);
    const gate = (nowMs: number): ConsentGate => {
      adoptPolicy(tenant);
      const entry = contextTable(tenant, context);
      const closure = closureAt(tenant, actor, nowMs);
      return new ConsentGate({
        epoch: tenant.registry.epoch,
        // Whoever is not known whole is decided about by nobody: what denies may be among the rest.
        validUntil: closure?.validUntil ?? -Infinity,
        table: entry.table,
        redactions: entry.redactions,
        actor: actorView(closure?.of(actor) ?? actor),
        groups: () => groupsOf(tenant, entry, nowMs),
      });
    };
    return {
      current: () => gate(this.#options.clock.now().getTime()),
      refresh: async (nowMs) => {
        await tenant.registry.refresh();
        if (closureAt(tenant, actor, nowMs) === undefined) await tenant.closures.load(actor);
        return gate(nowMs);
      },
    };
  }

  /** The actor with all that it stands for now (A17), for who explains without a gate. */
  async wholeActor(actor: Actor): Promise<Actor> {
    return (await this.#tenant(actor.tenant).closures.load(actor)).of(actor);
  }

  /** Loads a tenant's classes ahead of its first request. */
  async warm(tenant: TenantId): Promise<void> {
    await this.#tenant(tenant).registry.refresh();
  }

  /**
   * Labels of a resource by the sets in force, for its writer: `store_write` refuses those of older
   * sets, and the next attempt, after a refresh, makes them anew.
   */
  labels(tenant: TenantId, resource: Resource): Labels {
    const { version, labeller } = this.#tenant(tenant).registry.labelling;
    return {
      ...labeller.labels(resource),
      labelling: version,
      labelsEncounter: labelsEncounter(resource),
    };
  }

  /** The rules in force now, for who decides or explains without a gate. */
  async rulebook(id: TenantId): Promise<Rulebook> {
    const tenant = this.#tenant(id);
    await tenant.registry.refresh();
    adoptPolicy(tenant);
    return tenant.rules.rulebook;
  }

  /** The name of the policy that a gate taken now decides by: part of a decision's evidence. */
  policyVersion(id: TenantId): string {
    const tenant = this.#tenant(id);
    adoptPolicy(tenant);
    return tenant.rules.rulebook.policy.version;
  }

  #tenant(id: TenantId): Tenant {
    let tenant = this.#tenants.get(id);
    if (tenant === undefined) {
      const initial = this.#options.rulebook?.(id) ?? STARTER_RULEBOOK;
      tenant = {
        registry: new ClassRegistry(id, this.#options.database(id)),
        closures: new ActorClosures(id, this.#options.database(id)),
        initial,
        rules: { policy: undefined, rulebook: initial },
        contexts: new Map(),
      };
      this.#tenants.set(id, tenant);
    }
    return tenant;
  }
}

/** Undefined: not loaded, or a membership changed, began or ended since. */
function closureAt(
  { registry, closures }: Tenant,
  actor: Actor,
  nowMs: number,
): Closure | undefined {
  const closure = closures.find(actor);
  const isDue = closure === undefined || closure.epoch < registry.membershipEpoch;
  return isDue || nowMs >= closure.validUntil ? undefined : closure;
}

// What was compiled by another policy is forgotten whole: gates of it carry an older epoch.
function adoptPolicy(tenant: Tenant): void {
  const { policy } = tenant.registry;
  if (policy === undefined || policy === tenant.rules.policy) return;
  const { law } = tenant.initial;
  const version = policyName(policy.version);
  tenant.rules = { policy, rulebook: rulebookOf(policy.document, law, version) };
  tenant.contexts = new Map();
}

function contextTable(tenant: Tenant, context: Context): ContextTable {
  const { contexts, rules, registry } = tenant;
  let entry = contexts.get(context.key);
  if (entry === undefined) {
    const [oldest] = contexts.keys();
    if (contexts.size >= MAX_CONTEXTS && oldest !== undefined) contexts.delete(oldest);
    entry = {
      table: new ReleaseTable(context, rules.rulebook, registry),
      redactions: Redactions.of(context, rules.rulebook, registry),
      groups: undefined,
    };
    contexts.set(context.key, entry);
  }
  return entry;
}

function groupsOf(tenant: Tenant, entry: ContextTable, nowMs: number): ClassGroups {
  if (entry.groups?.covers(nowMs) !== true) entry.groups = new ClassGroups(entry.table, nowMs);
  entry.groups.include(tenant.registry.ids());
  return entry.groups;
}
