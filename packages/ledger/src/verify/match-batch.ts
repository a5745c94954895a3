import type { TenantId } from '@holdfast/kernel';
import type { AuditRow } from '../entry/audit-event.ts';
import { isSealed, type Leaf, leafDisagreements, parseLeaf } from '../entry/leaf.ts';
import { commitment } from '../entry/prepare-audit.ts';
import type { TagKey } from '../entry/tag-key.ts';
import { type Hash, sameHash } from '../merkle/hash.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import type { Finding } from './finding.ts';

/** A stored record, with what there is to read of its body. */
export type StoredRecord = Pick<
  AuditRow,
  'auditId' | 'recorded' | 'actor' | 'action' | 'outcome' | 'patientTag' | 'leaf'
> & {
  readonly body: RecordBody;
};

/** `sealed`: it is there, and whoever looks does not hold the key ring. `gone`: for good. */
export type RecordBody =
  | { readonly state: 'held'; readonly text: string; readonly salt: Buffer }
  | { readonly state: 'sealed' | 'gone' | 'altered' };

export interface LoggedBatch {
  /** Of the first entry. */
  readonly position: number;
  readonly auditIds: readonly string[];
  readonly leafHashes: readonly Hash[];
}

export interface BatchMatch {
  readonly findings: Finding[];
  /** Records whose leaf is as logged. */
  readonly held: HeldRecord[];
}

export interface HeldRecord {
  readonly leaf: Leaf;
  readonly position: number;
  readonly body: RecordBody;
}

/** With the key of the tags, forged actors and forged leaves are found too. */
export interface TagCheck {
  readonly tagKey: TagKey;
  readonly tenant: TenantId;
}

/**
 * Holds a batch of the log against the records that stand in its range, in their stored order. Pure.
 * @param records.length is bounded by the caller
 */
export function matchBatch(
  batch: LoggedBatch,
  records: readonly StoredRecord[],
  tags?: TagCheck,
): BatchMatch {
  const findings: Finding[] = [];
  const held: HeldRecord[] = [];
  const byId = new Map(records.map((record, order) => [record.auditId, { record, order }]));
  let previous = -1;
  batch.auditIds.forEach((auditId, offset) => {
    const position = batch.position + offset;
    const found = byId.get(auditId);
    byId.delete(auditId);
    if (found === undefined) {
      findings.push({ kind: 'entry-missing', position, auditId });
      return;
    }
    const { record, order } = found;
    if (order < previous) findings.push({ kind: 'entry-moved', position, auditId });
    previous = Math.max(order, previous);
    const logged = batch.leafHashes[offset];
    if (logged === undefined || !sameHash(nodeTreeHasher.leaf(record.leaf), logged)) {
      findings.push({ kind: 'leaf-altered', position, auditId });
      return;
    }
    const leaf = parseLeaf(record.leaf);
    if (!leaf.ok) {
      findings.push({ kind: 'leaf-malformed', position, auditId });
      return;
    }
    held.push({ leaf: leaf.value, position, body: record.body });
    const wrong = recordFaults(leaf.value, record, tags);
    findings.push(...wrong.map((finding) => ({ ...finding, position, auditId })));
  });
  for (const auditId of byId.keys()) {
    findings.push({ kind: 'entry-inserted', position: null, auditId });
  }
  return { findings, held };
}

type RecordFault = Pick<Finding, 'kind' | 'detail'>;

function recordFaults(leaf: Leaf, record: StoredRecord, tags?: TagCheck): RecordFault[] {
  const faults: RecordFault[] = leafDisagreements(leaf, record).map((column) => ({
    kind: 'column-altered',
    detail: column,
  }));
  const { actor, body } = record;
  if (tags !== undefined) {
    const { tagKey, tenant } = tags;
    if (!isSealed(leaf, tags)) faults.push({ kind: 'leaf-forged' });
    if (tagKey.rememberedText({ kind: 'actor', tenant, value: actor }) !== leaf.actor) {
      // The commitment binds the actor too: one finding says it.
      return [...faults, { kind: 'column-altered', detail: 'actor' }];
    }
  }
  const altered =
    body.state === 'altered' ||
    (body.state === 'held' &&
      commitment({ actor, body: body.text, salt: body.salt }) !== leaf.body);
  return altered ? [...faults, { kind: 'body-altered' }] : faults;
}
