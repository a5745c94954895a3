import {
  type NoteVerifier,
  type Sha256,
  toBase64,
  treeHasher,
  verifyCompletenessProof,
  verifyTlogProof,
} from '@holdfast/ledger';
import { bodyOf, type LogRecord } from '../log-record.ts';
import { answerOf } from './answer.ts';
import { type EvidencePack, PACK_FORMAT, type PackEntry, recordOf } from './pack.ts';

/** What does not hold, and where. */
export interface PackFinding {
  readonly kind:
    | 'format'
    | 'malformed-entry'
    | 'not-in-the-log'
    | 'wrong-position'
    | 'body-altered'
    | 'other-patient'
    | 'not-complete'
    | 'answer-altered';
  /** Position of the entry; absent where it is about the pack as a whole. */
  readonly position?: number;
  readonly detail?: string;
}

export interface PackVerdict {
  readonly ok: boolean;
  readonly findings: readonly PackFinding[];
  readonly entries: number;
  /** Entries of the log that the pack speaks for. */
  readonly size: number;
  /** Entries whose body is gone: who they say it was is told, not proved. */
  readonly erased: number;
}

export interface PackCheck {
  /** Of the log's key, from elsewhere than the pack. */
  readonly verifier: NoteVerifier;
  readonly sha256: Sha256;
}

/**
 * Checks a pack with nothing but the log's key: each entry is in the signed log, where it says, and says
 * what it shows; all of them are about the patient, and there are no others; the answer follows from
 * them. Names and words of reviews are claims and stay so.
 */
export async function verifyPack(pack: EvidencePack, check: PackCheck): Promise<PackVerdict> {
  const findings: PackFinding[] = [];
  if (pack.format !== PACK_FORMAT) findings.push({ kind: 'format', detail: String(pack.format) });
  const records: LogRecord[] = [];
  for (const entry of pack.entries) {
    const { record, found } = await verifyEntry(entry, { pack, check });
    findings.push(...found);
    if (record !== null) records.push(record);
  }
  const positions = pack.entries.map(({ position }) => position);
  const complete = await verifyCompletenessProof({ proof: pack.completeness, positions }, check);
  if (!complete.ok) findings.push({ kind: 'not-complete', detail: complete.error });
  const answer = answerOf(pack.kind, records, pack);
  if (canonical(answer) !== canonical(pack.answer)) findings.push({ kind: 'answer-altered' });
  return {
    ok: findings.length === 0,
    findings,
    entries: pack.entries.length,
    size: complete.ok ? complete.value.size : 0,
    erased: pack.entries.filter(({ body }) => body === null).length,
  };
}

async function verifyEntry(
  entry: PackEntry,
  { pack, check }: { readonly pack: EvidencePack; readonly check: PackCheck },
): Promise<{ readonly record: LogRecord | null; readonly found: PackFinding[] }> {
  const { position } = entry;
  const read = recordOf(entry);
  if (!read.ok) return { record: null, found: [{ kind: read.error, position }] };
  const record = read.value;
  const found: PackFinding[] = [];
  const { verifier, sha256 } = check;
  const claim = { leaf: record.leafBytes, proof: entry.proof };
  const logged = await verifyTlogProof(claim, { verifier, hasher: treeHasher(sha256) });
  if (!logged.ok) found.push({ kind: 'not-in-the-log', position, detail: logged.error });
  else if (logged.value.index !== position) found.push({ kind: 'wrong-position', position });
  if (
    record.body.state === 'held' &&
    commitmentOf(entry, record.body, sha256) !== record.leaf.body
  ) {
    found.push({ kind: 'body-altered', position });
  }
  const body = bodyOf(record);
  const isOther =
    record.patientTag === null ||
    toBase64(record.patientTag) !== pack.completeness.tag ||
    (body !== null && body.patient !== null && body.patient !== pack.question.patient);
  if (isOther) found.push({ kind: 'other-patient', position });
  return { record, found };
}

/** SHA-256(salt || actor || NUL || body) in base64url, as leaves commit to it. */
function commitmentOf(
  { actor }: PackEntry,
  { salt, text }: { readonly salt: Uint8Array; readonly text: string },
  sha256: Sha256,
): string {
  const said = new TextEncoder().encode(`${actor}\0${text}`);
  const input = new Uint8Array(salt.length + said.length);
  input.set(salt);
  input.set(said, salt.length);
  return Buffer.from(sha256(input)).toString('base64url');
}

/** JSON with keys in order, so that how it was written does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(
      Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  });
}
