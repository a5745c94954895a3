import type { Actor, ConsentGates } from '@holdfast/consent';
import type { RecordedEvent } from '@holdfast/events';
import { isResourceType, type JsonObject } from '@holdfast/fhir';
import type { RequestId, TenantId } from '@holdfast/kernel';
import {
  type AccessGate,
  type FhirRepository,
  type GateSource,
  hiddenParameters,
  type Identified,
  type ReadOutcome,
  read,
  readVersion,
} from '@holdfast/store';
import type {
  DueSubscriber,
  Focus,
  Records,
  Subscriber,
  SubscriptionStatus,
} from '@holdfast/subscriptions';
import type { Pool } from 'pg';
import { type AuditTrail, MINOR, SUCCESS } from '../audit-trail.ts';
import { obligedText } from '../http/obliged.ts';

/** Who publishes statuses into Subscriptions. */
export const SUBSCRIPTIONS_DEVICE = 'Device/holdfast-subscriptions';

export interface SubscriptionRecordsParts {
  readonly pool: Pool;
  readonly gates: ConsentGates;
  readonly repository: FhirRepository;
  readonly audit: AuditTrail;
  /** Publishes statuses. */
  readonly self: Actor;
}

/** Lets everything pass: for matching inside the server, where nothing goes out. */
const OPEN_GATE: AccessGate = {
  epoch: 2n ** 62n,
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ kind: 'release' }),
  hides: () => [],
  releasable: () => 'true',
};
export const OPEN: GateSource = { current: () => OPEN_GATE, refresh: async () => OPEN_GATE };

/** The subscriber as sign-in established it when it subscribed; never with emergency access. */
export function subscriberOf(actor: Actor): Subscriber {
  return JSON.parse(JSON.stringify({ ...actor, emergency: false })) as JsonObject;
}

function actorOf(subscriber: Subscriber): Actor {
  return subscriber as unknown as Actor; // kept as `subscriberOf` made it
}

/** The record store for subscriptions: what subscribers get is decided and recorded as for a read. */
export class SubscriptionRecords implements Records {
  readonly #parts: SubscriptionRecordsParts;

  constructor(parts: SubscriptionRecordsParts) {
    this.#parts = parts;
  }

  async versions(event: RecordedEvent) {
    const { tenant, resourceType: type, resourceId: id, version } = event;
    const contentOf = async (wanted: number): Promise<string | null> => {
      if (wanted < 1 || !isResourceType(type)) return null;
      const name = { tenant, type, id, version: wanted };
      const outcome = await readVersion(this.#parts.pool, OPEN, name);
      return outcome.kind === 'found' ? outcome.version.content : null;
    };
    const [current, previous] = await Promise.all([contentOf(version), contentOf(version - 1)]);
    return { current, previous };
  }

  async mayReceive(focus: Focus, due: readonly DueSubscriber[]) {
    // Subscribers are often the same actor: each is asked about once.
    const decided = new Map<string, Promise<boolean>>();
    return Promise.all(
      due.map(async (each) => {
        const { subscriber } = each;
        if (this.#looksAtHidden(each, focus)) return false;
        const key = JSON.stringify(subscriber);
        const known = decided.get(key) ?? this.#read(subscriber, focus).then(isReleased);
        decided.set(key, known);
        return known;
      }),
    );
  }

  /** That a subscription is due would tell what is in elements that its subscriber may not see. */
  #looksAtHidden({ subscriber, criteria, includes, byExpression }: DueSubscriber, { type }: Focus) {
    if (!isResourceType(type)) return false;
    const gate = this.#parts.gates.gateSource(actorOf(subscriber), 'read').current();
    if (gate.hides(type).length === 0) return false;
    const asked = {
      types: [type],
      criteria,
      sort: [],
      includes: includes.map((param) => ({
        direction: 'include' as const,
        source: type,
        param,
        iterate: false,
      })),
    };
    return byExpression || hiddenParameters(asked, gate).length > 0;
  }

  async release(subscriber: Subscriber, focus: Focus) {
    const outcome = await this.#read(subscriber, focus);
    const target = `${focus.type}/${focus.id}/_history/${focus.version}`;
    await this.#record(subscriber, { outcome, target, requestId: focus.eventId });
    if (!isReleased(outcome)) return null;
    return { text: textFor(actorOf(subscriber), outcome) };
  }

  async releaseContext(
    subscriber: Subscriber,
    tenant: TenantId,
    names: readonly { readonly type: string; readonly id: string }[],
  ) {
    const { pool, gates } = this.#parts;
    const found: { type: string; id: string; text: string }[] = [];
    for (const { type, id } of names) {
      if (!isResourceType(type)) continue;
      const source = gates.gateSource(actorOf(subscriber), 'read');
      const outcome = await read(pool, source, { tenant, type, id });
      const text = textFor(actorOf(subscriber), outcome);
      if (text === null) continue;
      await this.#record(subscriber, { outcome, target: `${type}/${id}`, requestId: id });
      found.push({ type, id, text });
    }
    return found;
  }

  async publishStatus(
    { id }: { readonly id: string },
    status: SubscriptionStatus,
    error: string | null,
  ): Promise<void> {
    const { repository, gates, audit, self } = this.#parts;
    const requestId = crypto.randomUUID() as RequestId;
    const edit = (content: string) => {
      const { error: _former, ...resource } = JSON.parse(content) as Identified & JsonObject;
      return { resource: { ...resource, status, ...(error !== null && { error }) } as Identified };
    };
    await repository.write([{ kind: 'patch', type: 'Subscription', id, edit }], {
      gates: gates.gateSource(self, 'write'),
      finds: OPEN,
      actor: self.principal,
      requestId,
      audit: audit.forWrite({ actor: self, requestId }),
    });
  }

  async #read(subscriber: Subscriber, focus: Focus): Promise<ReadOutcome> {
    const { type, id, tenant, version } = focus;
    const source = this.#parts.gates.gateSource(actorOf(subscriber), 'read');
    if (!isResourceType(type)) return { kind: 'absent', epoch: source.current().epoch };
    return readVersion(this.#parts.pool, source, { tenant, type, id, version });
  }

  /** Durable before anything is sent (invariant 2). */
  async #record(
    subscriber: Subscriber,
    {
      outcome,
      target,
      requestId,
    }: { readonly outcome: ReadOutcome; readonly target: string; readonly requestId: string },
  ): Promise<void> {
    const who = { actor: actorOf(subscriber), requestId: requestId as RequestId };
    const facts = outcome.kind === 'absent' ? [] : [outcome.version.facts];
    await this.#parts.audit.accessed(
      who,
      {
        interaction: 'notification',
        action: 'R',
        target,
        outcome: isReleased(outcome) ? SUCCESS : MINOR,
        epoch: outcome.epoch,
        hidden: outcome.kind === 'hidden' ? facts : [],
      },
      outcome.kind === 'hidden' ? [] : facts,
    );
  }
}

function isReleased(outcome: ReadOutcome): boolean {
  return outcome.kind === 'found' || outcome.kind === 'gone';
}

function textFor(actor: Actor, outcome: ReadOutcome): string | null {
  return outcome.kind === 'found' ? obligedText(actor, outcome.version) : null;
}
