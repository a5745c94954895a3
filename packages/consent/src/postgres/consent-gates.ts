import type { Clock, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { type Context, contextOf } from '../compile/context.ts';
import { actorView } from '../gate/actor-view.ts';
import { ClassGroups } from '../gate/class-groups.ts';
import { ConsentGate } from '../gate/consent-gate.ts';
import { ReleaseTable } from '../gate/release-table.ts';
import { MAX_CONTEXTS } from '../limits.ts';
import { type Rulebook, STARTER_RULEBOOK } from '../rulebook.ts';
import { ClassRegistry } from './class-registry.ts';

export interface ConsentGatesOptions {
  /** A connection or pool whose statements run behind the tenant's wall. */
  readonly database: (tenant: TenantId) => Queryable;
  readonly clock: Clock;
  /** The rules of a tenant; the starter rulebook unless told otherwise. */
  readonly rulebook?: (tenant: TenantId) => Rulebook;
}

interface ContextTable {
  readonly table: ReleaseTable;
  groups: ClassGroups | undefined;
}

interface Tenant {
  readonly registry: ClassRegistry;
  readonly rulebook: Rulebook;
  readonly contexts: Map<string, ContextTable>;
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
      const entry = contextTable(tenant, context);
      return new ConsentGate({
        epoch: tenant.registry.epoch,
        table: entry.table,
        actor: actorView(actor),
        groups: () => groupsOf(tenant, entry, nowMs),
      });
    };
    return {
      current: () => gate(this.#options.clock.now().getTime()),
      refresh: async (nowMs) => {
        await tenant.registry.refresh();
        return gate(nowMs);
      },
    };
  }

  /** Loads a tenant's classes ahead of its first request. */
  async warm(tenant: TenantId): Promise<void> {
    await this.#tenant(tenant).registry.refresh();
  }

  /** The rules by which this tenant's gates decide. */
  rulebook(tenant: TenantId): Rulebook {
    return this.#tenant(tenant).rulebook;
  }

  #tenant(id: TenantId): Tenant {
    let tenant = this.#tenants.get(id);
    if (tenant === undefined) {
      tenant = {
        registry: new ClassRegistry(id, this.#options.database(id)),
        rulebook: this.#options.rulebook?.(id) ?? STARTER_RULEBOOK,
        contexts: new Map(),
      };
      this.#tenants.set(id, tenant);
    }
    return tenant;
  }
}

function contextTable(tenant: Tenant, context: Context): ContextTable {
  const { contexts, rulebook, registry } = tenant;
  let entry = contexts.get(context.key);
  if (entry === undefined) {
    const [oldest] = contexts.keys();
    if (contexts.size >= MAX_CONTEXTS && oldest !== undefined) contexts.delete(oldest);
    entry = { table: new ReleaseTable(context, rulebook, registry), groups: undefined };
    contexts.set(context.key, entry);
  }
  return entry;
}

function groupsOf(tenant: Tenant, entry: ContextTable, nowMs: number): ClassGroups {
  if (entry.groups?.covers(nowMs) !== true) entry.groups = new ClassGroups(entry.table, nowMs);
  entry.groups.include(tenant.registry.ids());
  return entry.groups;
}
