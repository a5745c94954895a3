import type { EventId, Interaction, RecordedEvent } from '@holdfast/events';
import { invariant, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type pg from 'pg';
import type { SubscriptionStatus } from '../model/subscription.ts';
import type { Focus, Subscriber } from '../ports.ts';
import { subscriptionOwners } from './subscription-owners.ts';

/** What is kept of a subscription. */
export interface SubscriptionRecord {
  readonly tenant: TenantId;
  readonly id: string;
  /** JSON. */
  readonly resource: string;
  readonly status: SubscriptionStatus;
  readonly subscriber: Subscriber | null;
  /** FHIR reference of the subscriber. */
  readonly principal: string;
  /** Number of the newest event; events since the subscription began. */
  readonly events: number;
  /** Number of the newest event that the receiver has taken. */
  readonly taken: number;
  /** Deliveries that failed in a row. */
  readonly failures: number;
  readonly error: string | null;
}

/** An event as one subscription numbers it. */
export interface NumberedEvent extends Focus {
  readonly number: number;
  readonly occurredAt: Date;
}

/** Numbers and instants, all included; at most `limit` events. */
export interface StoredRange {
  readonly from: number;
  readonly to: number;
  readonly since?: Date | null;
  readonly until?: Date | null;
  readonly limit: number;
}

interface RecordRow extends Omit<SubscriptionRecord, 'events' | 'taken'> {
  events: string;
  taken: string;
}

interface EventRow {
  number: string;
  event_id: EventId;
  resource_type: string;
  resource_id: string;
  version: number;
  interaction: Interaction;
  occurred_at: Date;
}

const COLUMNS =
  'tenant, id, resource, status, subscriber, principal, events, taken, failures, error';

const recordOf = (row: RecordRow): SubscriptionRecord => ({
  ...row,
  events: Number(row.events),
  taken: Number(row.taken),
});

/** Who writes in a request. */
export interface WriterNote {
  readonly tenant: TenantId;
  readonly requestId: string;
  readonly principal: string;
  readonly actor: Subscriber;
}

/** Reads and moves on subscriptions, as role `holdfast_relay` (see `relayPool`). */
export class SubscriptionStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Every subscription that counts events, of all tenants. */
  async live(): Promise<readonly SubscriptionRecord[]> {
    const { rows } = await this.#pool.query<RecordRow>(
      `select ${COLUMNS} from holdfast.subscription where status <> 'off'`,
    );
    return rows.map(recordOf);
  }

  async topics(): Promise<readonly { readonly tenant: TenantId; readonly resource: string }[]> {
    const { rows } = await this.#pool.query<{ tenant: TenantId; resource: string }>(
      'select tenant, resource from holdfast.subscription_topic order by tenant, id',
    );
    return rows;
  }

  async find(tenant: TenantId, id: string): Promise<SubscriptionRecord | null> {
    const { rows } = await this.#pool.query<RecordRow>({
      name: 'sub_find',
      text: `select ${COLUMNS} from holdfast.subscription where tenant = $1 and id = $2`,
      values: [tenant, id],
    });
    return rows[0] === undefined ? null : recordOf(rows[0]);
  }

  /** Whose Subscriptions are, also those that the group has not handled yet. */
  owners(tenant: TenantId, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return subscriptionOwners(this.#pool, tenant, ids);
  }

  /** Numbered events of a range, both ends included, in order. */
  async events(
    { tenant, id }: Pick<SubscriptionRecord, 'tenant' | 'id'>,
    range: StoredRange,
  ): Promise<readonly NumberedEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: 'sub_events',
      text: `select number, event_id, resource_type, resource_id, version, interaction, occurred_at
        from holdfast.subscription_event
        where tenant = $1 and subscription = $2 and number between $3 and $4
          and date_trunc('milliseconds', occurred_at)
            between coalesce($5::timestamptz, '-infinity') and coalesce($6::timestamptz, 'infinity')
        order by number limit $7`,
      values: [
        tenant,
        id,
        range.from,
        range.to,
        range.since ?? null,
        range.until ?? null,
        range.limit,
      ],
    });
    return rows.map((row) => ({
      tenant,
      number: Number(row.number),
      eventId: row.event_id,
      type: row.resource_type,
      id: row.resource_id,
      version: row.version,
      interaction: row.interaction,
      occurredAt: row.occurred_at,
    }));
  }

  /** The receiver has everything up to a number. */
  async took(tenant: TenantId, id: string, upTo: number): Promise<void> {
    await this.#pool.query({
      name: 'sub_took',
      text: `update holdfast.subscription set taken = greatest(taken, least($3, events)),
          failures = 0, error = null where tenant = $1 and id = $2`,
      values: [tenant, id, upTo],
    });
  }

  async failed(tenant: TenantId, id: string, error: string): Promise<number> {
    const { rows } = await this.#pool.query<{ failures: number }>(
      `update holdfast.subscription set failures = failures + 1, error = $3
        where tenant = $1 and id = $2 returning failures`,
      [tenant, id, error],
    );
    return rows[0]?.failures ?? 0;
  }

  /** @returns whether it was in one of the statuses it may come from */
  async turn(
    { tenant, id }: Pick<SubscriptionRecord, 'tenant' | 'id'>,
    to: SubscriptionStatus,
    from: readonly SubscriptionStatus[],
  ): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `update holdfast.subscription set status = $3, failures = case $3 when 'active' then 0 else failures end,
         error = case $3 when 'active' then null else error end
        where tenant = $1 and id = $2 and status = any($4)`,
      [tenant, id, to, from],
    );
    return rowCount === 1;
  }

  /** Notes who is about to write a Subscription, under the id of the request that does. */
  async noteSubscriber({ tenant, requestId, principal, actor }: WriterNote): Promise<void> {
    await this.#pool.query(
      `insert into holdfast.subscriber (tenant, request_id, principal, actor) values ($1, $2, $3, $4)
       on conflict (tenant, request_id, principal) do nothing`,
      [tenant, requestId, principal, JSON.stringify(actor)],
    );
  }

  /** The subscriber's own, by id: a thousand of those after one. */
  async ownedBy(
    tenant: TenantId,
    principal: string,
    after = '',
  ): Promise<readonly SubscriptionRecord[]> {
    const { rows } = await this.#pool.query<RecordRow>(
      `select ${COLUMNS} from holdfast.subscription
       where tenant = $1 and principal = $2 and id > $3 order by id limit 1000`,
      [tenant, principal, after],
    );
    return rows.map(recordOf);
  }

  /** Forgets events that `$events` answers no more. @returns how many */
  async forgetBefore(before: Date): Promise<number> {
    const { rowCount } = await this.#pool.query(
      'delete from holdfast.subscription_event where occurred_at < $1',
      [before],
    );
    await this.#pool.query(
      `delete from holdfast.subscriber where noted_at < clock_timestamp() - interval '1 day'`,
    );
    return rowCount ?? 0;
  }

  /** Wakes the processes that hold the subscriptions' websockets. */
  async announce(channel: string, ids: readonly string[]): Promise<void> {
    await this.#pool.query('select pg_notify($1, id) from unnest($2::text[]) as id', [
      channel,
      ids,
    ]);
  }
}

/** Takes a Subscription over as its client wrote it; in the group's transaction. */
export async function recordSubscription(
  tx: Queryable,
  event: RecordedEvent,
  written: { readonly resource: string; readonly status: SubscriptionStatus },
): Promise<SubscriptionRecord> {
  const { rows } = await tx.query<RecordRow>(
    `insert into subscription as s (tenant, id, resource, status, principal, subscriber)
     values ($1, $2, $3, $4, $5,
       (select actor from subscriber where tenant = $1 and request_id = $6 and principal = $5))
     on conflict (tenant, id) do update set resource = excluded.resource, status = excluded.status,
       principal = excluded.principal, subscriber = excluded.subscriber, failures = 0, error = null
     returning ${COLUMNS}`,
    [
      event.tenant,
      event.resourceId,
      written.resource,
      written.status,
      event.actor,
      event.requestId,
    ],
  );
  const [row] = rows;
  invariant(row !== undefined, 'SUB-1 an upsert gives the row it wrote');
  return recordOf(row);
}

/** What a tenant's book holds. */
export interface TenantKnowledge {
  readonly topics: readonly string[];
  readonly records: readonly SubscriptionRecord[];
}

export async function knowledgeOf(tx: Queryable, tenant: TenantId): Promise<TenantKnowledge> {
  const topics = await tx.query<{ resource: string }>(
    'select resource from subscription_topic where tenant = $1 order by id',
    [tenant],
  );
  const live = await tx.query<RecordRow>(
    `select ${COLUMNS} from subscription where tenant = $1 and status <> 'off'`,
    [tenant],
  );
  return { topics: topics.rows.map((row) => row.resource), records: live.rows.map(recordOf) };
}

export async function forgetSubscription(tx: Queryable, event: RecordedEvent): Promise<void> {
  const key = [event.tenant, event.resourceId];
  await tx.query('delete from subscription_event where tenant = $1 and subscription = $2', key);
  await tx.query('delete from subscription where tenant = $1 and id = $2', key);
}

/** @param resource null: the topic is gone */
export async function recordTopic(
  tx: Queryable,
  event: RecordedEvent,
  resource: string | null,
): Promise<void> {
  const key = [event.tenant, event.resourceId];
  await tx.query('delete from subscription_topic where tenant = $1 and id = $2', key);
  if (resource === null) return;
  await tx.query('insert into subscription_topic (tenant, id, resource) values ($1, $2, $3)', [
    ...key,
    resource,
  ]);
}

/** Gives the event its next number in each of the subscriptions. */
export async function numberEvent(
  tx: Queryable,
  event: RecordedEvent,
  subscriptions: readonly string[],
): Promise<void> {
  await tx.query(
    `with numbered as (
       update subscription set events = events + 1
         where tenant = $1 and id = any($2) and status <> 'off' returning id, events)
     insert into subscription_event (tenant, subscription, number, event_id, resource_type,
       resource_id, version, interaction, occurred_at)
     select $1, id, events, $3, $4, $5, $6, $7, $8 from numbered`,
    [
      event.tenant,
      subscriptions,
      event.eventId,
      event.resourceType,
      event.resourceId,
      event.version,
      event.interaction,
      event.occurredAt,
    ],
  );
}
