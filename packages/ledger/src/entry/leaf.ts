import type { TenantId } from '@holdfast/kernel';
import { err, ok, type Result } from '@holdfast/kernel';
import canonicalize from 'canonicalize';
import type { AuditAction, AuditOutcome, AuditRow } from './audit-event.ts';
import type { TagKey } from './tag-key.ts';

/** Interaction of the last record of a process that ends as it should: all its numbers are below. */
export const FAREWELL = 'farewell';

/** What one entry of the log commits to. Tags and commitments are base64url. */
export interface Leaf {
  readonly v: 1;
  readonly id: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly ts: string;
  /** The interaction. */
  readonly type: string;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  readonly purpose: readonly string[];
  /** Tags (see `TagKey`) of who, about whom, on what. */
  readonly actor: string;
  readonly patient: string | null;
  readonly resource: string | null;
  /** Commitment to the record's actor and body (see `commitment`). */
  readonly body: string;
  /** Of a write: tag of the version's text, so that the store can be held against the log. */
  readonly content?: string;
  /** Of an `index-root`: the index's root over the first `size` entries. */
  readonly index?: { readonly root: string; readonly size: number };
  /** Tag of all the rest (see `sealLeaf`). */
  readonly mac: string;
  readonly producer: { readonly process: string; readonly epoch: number };
  readonly n: number;
  /** Counters of the same producer that never became records; absent when there are none. */
  readonly void?: readonly number[];
}

/**
 * The leaf as RFC 8785 canonical JSON: keys in order, no blanks. Written out because it is on the
 * way of every read; a test holds it equal to the general algorithm.
 */
export function formatLeaf(leaf: Omit<Leaf, 'mac'> & { readonly mac?: string }): string {
  const text = JSON.stringify;
  const tag = (value: string | null) => (value === null ? 'null' : `"${value}"`);
  const content = leaf.content === undefined ? '' : `,"content":"${leaf.content}"`;
  const index =
    leaf.index === undefined
      ? ''
      : `,"index":{"root":"${leaf.index.root}","size":${leaf.index.size}}`;
  const mac = leaf.mac === undefined ? '' : `,"mac":"${leaf.mac}"`;
  const voids = leaf.void === undefined ? '' : `,"void":[${leaf.void.join(',')}]`;
  return (
    `{"action":"${leaf.action}","actor":"${leaf.actor}"` +
    `,"body":"${leaf.body}"${content},"id":"${leaf.id}"${index}${mac},"n":${leaf.n}` +
    `,"outcome":${leaf.outcome},"patient":${tag(leaf.patient)}` +
    `,"producer":{"epoch":${leaf.producer.epoch},"process":${text(leaf.producer.process)}}` +
    `,"purpose":[${leaf.purpose.map((code) => text(code)).join(',')}]` +
    `,"resource":${tag(leaf.resource)},"ts":"${leaf.ts}","type":${text(leaf.type)}` +
    `,"v":1${voids}}`
  );
}

/**
 * The leaf with the tag of its own text: whoever can write to the database but does not hold the
 * tag key can make no record that verifies.
 */
export function sealLeaf(
  leaf: Omit<Leaf, 'mac'>,
  { tagKey, tenant }: { readonly tagKey: TagKey; readonly tenant: TenantId },
): string {
  const text = formatLeaf(leaf);
  const mac = tagKey.tag({ kind: 'leaf', tenant, value: text }).toString('base64url');
  // Its place in the order of keys: right before the counter.
  const place = text.indexOf(`,"n":${leaf.n}`, text.indexOf(leaf.id));
  return `${text.slice(0, place)},"mac":"${mac}"${text.slice(place)}`;
}

/** Whether `sealLeaf` with this key made the leaf. */
export function isSealed(
  { mac, ...leaf }: Leaf,
  { tagKey, tenant }: { readonly tagKey: TagKey; readonly tenant: TenantId },
): boolean {
  return (
    tagKey.tag({ kind: 'leaf', tenant, value: formatLeaf(leaf) }).toString('base64url') === mac
  );
}

/** Reads a stored leaf; anything but the canonical form of a version 1 leaf is refused. */
export function parseLeaf(bytes: Uint8Array): Result<Leaf, 'malformed-leaf'> {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (canonicalize(value) !== text) return err('malformed-leaf');
  } catch {
    return err('malformed-leaf');
  }
  return isLeaf(value) ? ok(value) : err('malformed-leaf');
}

function isLeaf(value: unknown): value is Leaf {
  if (typeof value !== 'object' || value === null) return false;
  const leaf = value as Partial<Record<keyof Leaf, unknown>>;
  const producer = leaf.producer as Partial<Leaf['producer']> | null | undefined;
  const strings = [leaf.id, leaf.ts, leaf.type, leaf.action, leaf.actor, leaf.body, leaf.mac];
  return (
    leaf.v === 1 &&
    strings.every((field) => typeof field === 'string') &&
    isCounter(leaf.n) &&
    (leaf.index === undefined || isIndex(leaf.index)) &&
    (leaf.content === undefined || typeof leaf.content === 'string') &&
    typeof producer?.process === 'string' &&
    isCounter(producer.epoch) &&
    (leaf.void === undefined || (Array.isArray(leaf.void) && leaf.void.every(isCounter)))
  );
}

function isIndex(value: unknown): value is NonNullable<Leaf['index']> {
  const { root, size } = (value ?? {}) as Partial<Record<'root' | 'size', unknown>>;
  return typeof root === 'string' && isCounter(size);
}

function isCounter(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The columns of table `audit` that repeat what the leaf says, as the leaf would have them. */
export function leafDisagreements(
  leaf: Leaf,
  row: Pick<AuditRow, 'auditId' | 'recorded' | 'action' | 'outcome' | 'patientTag'>,
): string[] {
  const pairs: [string, unknown, unknown][] = [
    ['audit_id', row.auditId, leaf.id],
    ['recorded', row.recorded.toISOString(), leaf.ts],
    ['action', row.action, leaf.action],
    ['outcome', row.outcome, leaf.outcome],
    ['patient_tag', row.patientTag?.toString('base64url') ?? null, leaf.patient],
  ];
  return pairs.filter(([, column, logged]) => column !== logged).map(([name]) => name);
}
