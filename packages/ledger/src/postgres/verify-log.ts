import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { parseLeaf } from '../entry/leaf.ts';
import { COUNTER_SETTLE_MS, MAX_FINDINGS } from '../limits.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { NoteVerifier } from '../note/signature.ts';
import { CounterCoverage } from '../verify/counter-coverage.ts';
import { type Finding, Findings } from '../verify/finding.ts';
import { matchBatch } from '../verify/match-batch.ts';
import { Replay } from '../verify/replay.ts';
import { CheckpointHeads } from './checkpoint-heads.ts';
import { alteredTiles, logBatches, tailRecords } from './log-pages.ts';
import { FIRST_KEY } from './stored-log.ts';

export interface VerifyOptions {
  readonly tenant: TenantId;
  readonly verifier: NoteVerifier;
  /**
   * Checkpoints of this log kept outside the database. Only they show that the whole history, log
   * and checkpoints together, was not rewritten or cut off.
   */
  readonly trusted?: readonly string[];
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
  /** Nothing was left out: no hole in the producers' counters. */
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
  /** Bodies that erasure or retention removed; their commitments hold. */
  readonly erasedBodies: number;
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
  const { tenant, onProgress } = options;
  const findings = new Findings(MAX_FINDINGS);
  const counters = new CounterCoverage({
    settleMs: options.counterSettleMs ?? COUNTER_SETTLE_MS,
    report: (finding) => findings.add(finding),
  });
  const { verifier, trusted = [] } = options;
  const heads = await CheckpointHeads.open({ source, tenant, verifier, findings }, trusted);
  const replay = new Replay(findings);
  let last = FIRST_KEY;
  let erasedBodies = 0;
  for await (const batch of logBatches(source, tenant)) {
    const match = matchBatch(batch, batch.records);
    for (const finding of match.findings) findings.add(finding);
    for (const leaf of match.leaves) counters.add(leaf);
    erasedBodies += match.erasedBodies;
    const end = replay.size + batch.leafHashes.length;
    const tiles = replay.append(batch, await heads.within(replay.size, end));
    for (const tile of await alteredTiles(source, { tenant, tiles })) {
      const detail = `level ${tile.level}, tile ${tile.index}`;
      findings.add({ kind: 'tile-altered', position: null, auditId: null, detail });
    }
    last = batch.last;
    onProgress?.({ verified: replay.size, findings: findings.kept.length + findings.further });
  }
  replay.finish(heads.claimed);
  let unsequenced = 0;
  for await (const record of tailRecords(source, { tenant, after: last })) {
    unsequenced += 1;
    const leaf = parseLeaf(record.leaf);
    if (leaf.ok) counters.add(leaf.value);
  }
  const unsettledCounters = counters.finish();
  return {
    ok: findings.sound,
    complete: findings.complete,
    size: replay.size,
    checkpoint: replay.holding,
    checkpoints: heads.count,
    unsigned: replay.size - (replay.holding?.size ?? 0),
    unsequenced,
    unsettledCounters,
    erasedBodies,
    findings: findings.kept,
    furtherFindings: findings.further,
  };
}
