import type { Queryable } from '@holdfast/postgres';
import { subscriptionFault } from '../errors.ts';

/** As much of a write as says whose a Subscription is. */
interface OwnedChanges {
  readonly changes: readonly { readonly id: string }[];
  /** FHIR reference of who writes; absent where nobody in particular does. */
  readonly writer?: string;
}

/**
 * Notes with the write whose a new Subscription is, and refuses a write by anybody else: exact from the
 * commit on, whatever the group has handled. Runs in the write's transaction, for Subscriptions alone.
 */
export class SubscriptionOwners {
  readonly #self: string;

  /** @param self FHIR reference of who publishes statuses, into anybody's */
  constructor(self: string) {
    this.#self = self;
  }

  isDueTo({ type }: { readonly type: string }): boolean {
    return type === 'Subscription';
  }

  /** @throws Fault SUBSCRIPTION_UNKNOWN where one is somebody else's; nothing is written then */
  async project(tx: Queryable, tenant: number, { changes, writer }: OwnedChanges): Promise<void> {
    if (writer === this.#self || writer === undefined) return;
    const { rows } = await tx.query<{ principal: string }>({
      name: 'sub_own',
      text: `insert into subscription_owner as o (tenant, id, principal)
        select $1, id, $3 from unnest($2::text[]) as id
        on conflict (tenant, id) do update set principal = o.principal
        returning principal`,
      values: [tenant, [...new Set(changes.map(({ id }) => id))], writer],
    });
    if (rows.some(({ principal }) => principal !== writer)) {
      throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
    }
  }
}

/**
 * Whose Subscriptions are, as of the last commit that this connection sees.
 *
 * @returns FHIR references by id; an id that was never used has none
 */
export async function subscriptionOwners(
  db: Queryable,
  tenant: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ id: string; principal: string }>({
    name: 'sub_owners',
    text: 'select id, principal from holdfast.subscription_owner where tenant = $1 and id = any($2)',
    values: [tenant, ids],
  });
  return new Map(rows.map(({ id, principal }) => [id, principal]));
}
