import {
  ConsentDecider,
  ConsentGates,
  ConsentProjection,
  MembershipProjection,
  RelationshipProjection,
} from '@holdfast/consent';
import type { EventSource } from '@holdfast/events';
import { indexedParametersOf, resourceTypes } from '@holdfast/fhir';
import type { Clock, Random, TenantId } from '@holdfast/kernel';
import { CursorSeal, Dictionary, FhirRepository } from '@holdfast/store';
import { SubscriptionOwners } from '@holdfast/subscriptions';
import type { ServerConfig } from '../config.ts';
import type { Database } from '../database.ts';
import type { LedgerWatch } from '../ledger-watch.ts';
import { triggerUrgency } from '../workers/inference-consumer.ts';
import { SUBSCRIPTIONS_DEVICE } from '../workers/subscription-records.ts';

export interface RecordStoreParts {
  readonly tenant: TenantId;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly cursorSecret: Uint8Array;
  readonly ledger: LedgerWatch;
  readonly source: EventSource;
  readonly policy: Pick<ServerConfig, 'references' | 'updateCreates'>;
}

/** Health records behind the consent gate: what reads, searches and writes them. */
export interface RecordStore {
  readonly gates: ConsentGates;
  readonly decider: ConsentDecider;
  readonly dictionary: Dictionary;
  readonly seal: CursorSeal;
  readonly repository: FhirRepository;
  /** For who writes in a transaction of their own: wakes those that wait for what it committed. */
  readonly onCommitted: () => void;
}

const everyParameter = () =>
  resourceTypes.flatMap((type) => indexedParametersOf(type).map((code) => ({ type, code })));

export async function openRecordStore(parts: RecordStoreParts): Promise<RecordStore> {
  const { tenant, database, clock, random, cursorSecret, ledger, source, policy } = parts;
  // Writers look up classes and numbers while they hold a connection of the requests' pool: if these
  // came from there too, a pool full of writers would wait for itself.
  const dictionary = await Dictionary.load(database.workers, everyParameter());
  const gates = new ConsentGates({ database: () => database.workers, clock });
  const seal = new CursorSeal(cursorSecret, random);
  const onCommitted = (): void => {
    ledger.committed();
    source.notifyCommitted();
  };
  return {
    gates,
    decider: new ConsentDecider(gates, () => database.requests),
    dictionary,
    seal,
    onCommitted,
    repository: new FhirRepository({
      tenant,
      pool: database.requests,
      dictionary,
      seal,
      clock,
      random,
      labelsOf: (resource) => gates.labels(tenant, resource),
      urgencyOf: triggerUrgency,
      projections: [
        new ConsentProjection(),
        new RelationshipProjection(),
        new SubscriptionOwners(SUBSCRIPTIONS_DEVICE),
        new MembershipProjection(),
      ],
      ...policy,
      onWritten: onCommitted,
    }),
  };
}
