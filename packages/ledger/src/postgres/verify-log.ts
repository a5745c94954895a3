import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { KeyRing } from '../bodies/key-ring.ts';
import type { IndexRoot } from '../entry/audit-event.ts';
import { isSealed, type Leaf, parseLeaf } from '../entry/leaf.ts';
import type { TagKey } from '../entry/tag-key.ts';
import { COUNTER_SETTLE_MS, MAX_FINDINGS } from '../limits.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { NoteVerifier } from '../note/signature.ts';
import { CounterCoverage, type LostCounters } from '../verify/counter-coverage.ts';
import { Erasures } from '../verify/erasures.ts';
import { type Finding, Findings } from '../verify/finding.ts';
import { IndexReplay } from '../verify/index-replay.ts';
import { matchBatch, type RecordBody, type StoredRecord } from '../verify/match-batch.ts';
import { Replay } from '../verify/replay.ts';
import { ContentCheck, type WrittenContents } from '../verify/written-contents.ts';
import { AuditBodies, bodiesThere } from './audit-bodies.ts';
import { CheckpointHeads } from './checkpoint-heads.ts';
import {
  alteredTiles,
  logBatches,
  type PagedBatch,
  surplusTiles,
  tailRecords,
} from './log-pages.ts';
import { readLatestIndex, wrongChains } from './patient-index.ts';
import { FIRST_KEY } from './stored-log.ts';

export interface VerifyOptions {
  readonly tenant: TenantId;
  readonly verifier: NoteVerifier;
  /**
   * Checkpoints of this log kept outside the database. Only they show that the whole history, log
   * and checkpoints together, was not rewritten or cut off.
   */
  readonly trusted?: readonly string[];
  /** Without it nobody can tell a forged actor, or a forged record, from a true one. */
  readonly tagKey?: TagKey | undefined;
  /** Without it bodies are taken as they are, and what writes left is not looked at. */
  readonly ring?: KeyRing | undefined;
  /** What the writes left, to be held against the log; needs `tagKey` and `ring`. */
  readonly contents?: WrittenContents;
  /** Told of every record whose leaf holds, in the log's order. */
  readonly onLeaf?: (leaf: Leaf) => void;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** See `COUNTER_SETTLE_MS`. */
  readonly counterSettleMs?: number;
}

export interface VerifyProgress {
  readonly verified: number;
  readonly findings: number;
}

export interface VerificationReport {
  /** Nothing was altered: every stored record is what the signed log says. */
  readonly ok: boolean;
  /** Nothing was left out: no hole in the producers' counters, but for those in `lostCounters`. */
  readonly complete: boolean;
  readonly size: number;
  /** The newest checkpoint that holds. */
  readonly checkpoint: Checkpoint | null;
  readonly checkpoints: number;
  /** Entries after the newest checkpoint, and records after the log's end: young, not wrong. */
  readonly unsigned: number;
  readonly unsequenced: number;
  /** Counters missing so recently that their records may be on their way. */
  readonly unsettledCounters: number;
  /**
   * Numbers that processes without a farewell drew at their end and that no record bears. A crash
   * leaves this; so would removing records before they were logged and killing the process then.
   */
  readonly lostCounters: readonly LostCounters[];
  /** Bodies that are as they were committed to; null without the key ring. */
  readonly bodiesChecked: number | null;
  /** Bodies that are gone; each without a record of its erasure is a finding too. */
  readonly erasedBodies: number;
  /** Stored versions that are as their writes left them; null where none were looked at. */
  readonly contentsChecked: number | null;
  readonly findings: readonly Finding[];
  /** Beyond the first `MAX_FINDINGS`. */
  readonly furtherFindings: number;
}

/**
 * Replays a tenant's log from its first entry and holds everything stored against it: bodies,
 * leaves, columns, order, tiles, counters, and every checkpoint's root and signature. Memory is
 * bounded by a few batches. Reads only; give it a REPEATABLE READ transaction for one moment's view,
 * or a pool while the log grows.
 */
export async function verifyLog(
  source: Queryable,
  options: VerifyOptions,
): Promise<VerificationReport> {
  const { tenant, verifier, trusted = [], onProgress } = options;
  const findings = new Findings(MAX_FINDINGS);
  const heads = await CheckpointHeads.open({ source, tenant, verifier, findings }, trusted);
  const replay = new Replay(findings);
  const index = await readLatestIndex(source, tenant);
  const records = new RecordChecks(options, { findings, index });
  const { ring } = options;
  const bodies = ring === undefined ? bodiesThere(tenant) : new AuditBodies({ tenant, ring });
  let last = FIRST_KEY;
  for await (const batch of logBatches(source, { tenant, bodies })) {
    await records.add(batch);
    const end = replay.size + batch.leafHashes.length;
    const tiles = replay.append(batch, await heads.within(replay.size, end));
    for (const { level, index } of await alteredTiles(source, { tenant, tiles })) {
      const detail = `level ${level}, tile ${index}`;
      findings.add({ kind: 'tile-altered', position: null, auditId: null, detail });
    }
    last = batch.last;
    onProgress?.({ verified: replay.size, findings: findings.kept.length + findings.further });
  }
  replay.finish(heads.claimed);
  for (const detail of await surplusTiles(source, { tenant, size: replay.size })) {
    findings.add({ kind: 'tile-inserted', position: null, auditId: null, detail });
  }
  const tail = tailRecords(source, { tenant, bodies, after: last });
  const unsequenced = await records.addTail(tail, replay.size);
  const counted = await records.finish(source);
  return {
    ok: findings.sound,
    complete: findings.complete,
    size: replay.size,
    checkpoint: replay.holding,
    checkpoints: heads.count,
    unsigned: replay.size - (replay.holding?.size ?? 0),
    unsequenced,
    ...counted,
    findings: findings.kept,
    furtherFindings: findings.further,
  };
}

/** What is asked of the records themselves, beside the tree over them. */
class RecordChecks {
  readonly #tags: { readonly tagKey: TagKey; readonly tenant: TenantId } | undefined;
  readonly #findings: Findings;
  readonly #counters: CounterCoverage;
  readonly #erasures: Erasures;
  readonly #contents: ContentCheck | null;
  readonly #index: IndexReplay;
  readonly #tenant: TenantId;
  readonly #onLeaf: (leaf: Leaf) => void;
  #erasedBodies = 0;
  readonly #withBodies: boolean;
  #heldBodies = 0;

  constructor(
    options: VerifyOptions,
    { findings, index }: { readonly findings: Findings; readonly index: IndexRoot | null },
  ) {
    const { tenant, tagKey, contents, ring } = options;
    this.#tenant = tenant;
    this.#onLeaf = options.onLeaf ?? (() => undefined);
    this.#withBodies = ring !== undefined;
    const report = (finding: Finding): void => findings.add(finding);
    this.#findings = findings;
    this.#tags = tagKey && { tagKey, tenant };
    const settleMs = options.counterSettleMs ?? COUNTER_SETTLE_MS;
    this.#counters = new CounterCoverage({ settleMs, report });
    this.#erasures = new Erasures(report);
    this.#index = new IndexReplay(index, report);
    this.#contents =
      contents && tagKey && ring ? new ContentCheck({ contents, tagKey, tenant, report }) : null;
  }

  async add(batch: PagedBatch): Promise<void> {
    const match = matchBatch(batch, batch.records, this.#tags);
    for (const finding of match.findings) this.#findings.add(finding);
    if (match.findings.length === 0 && !batch.endsAtLast) {
      const { position } = batch;
      this.#findings.add({ kind: 'batch-altered', position, auditId: null });
    }
    for (const { leaf, position, body } of match.held) {
      this.#counters.add(leaf);
      this.#index.add(leaf, position);
      this.#onLeaf(leaf);
      const bodyMissing = body.state === 'gone';
      this.#countBody(body);
      this.#erasures.add(leaf, { position, bodyMissing });
    }
    await this.#contents?.add(match.held.filter(({ leaf }) => leaf.content !== undefined));
  }

  #countBody({ state }: RecordBody): void {
    if (state === 'gone') this.#erasedBodies += 1;
    else if (state === 'held') this.#heldBodies += 1;
  }

  /** @returns how many */
  async addTail(records: AsyncIterable<StoredRecord>, size: number): Promise<number> {
    let count = 0;
    for await (const { leaf: bytes, body } of records) {
      count += 1;
      const leaf = parseLeaf(bytes);
      if (!leaf.ok) continue;
      this.#counters.add(leaf.value);
      this.#index.add(leaf.value, size + count - 1);
      if (this.#tags === undefined || isSealed(leaf.value, this.#tags)) this.#onLeaf(leaf.value);
      if (leaf.value.content === undefined) continue;
      await this.#contents?.add([{ leaf: leaf.value, body, position: null }]);
    }
    return count;
  }

  async finish(
    source: Queryable,
  ): Promise<
    Pick<
      VerificationReport,
      'unsettledCounters' | 'lostCounters' | 'bodiesChecked' | 'erasedBodies' | 'contentsChecked'
    >
  > {
    const { sound } = this.#findings;
    this.#index.finish(sound);
    if (sound) {
      for await (const detail of wrongChains(source, this.#tenant, this.#index.chains)) {
        this.#findings.add({ kind: 'index-altered', position: null, auditId: null, detail });
      }
    }
    this.#erasures.finish();
    await this.#contents?.finish();
    const { unsettled, lost } = this.#counters.finish();
    return {
      unsettledCounters: unsettled,
      lostCounters: lost,
      bodiesChecked: this.#withBodies ? this.#heldBodies : null,
      erasedBodies: this.#erasedBodies,
      contentsChecked: this.#contents?.checked ?? null,
    };
  }
}
