import type { Result } from '@holdfast/kernel';
import { err, ok } from '@holdfast/kernel';
import { type CompletenessProof, fromBase64, parseBody, parseLeaf } from '@holdfast/ledger';
import type { Recipient } from '../accounting/reported-disclosure.ts';
import type { LogRecord } from '../log-record.ts';

export const PACK_FORMAT = 'holdfast-evidence-pack/1';

export const PACK_KINDS = ['accounting', 'accesses', 'break-glass'] as const;
export type PackKind = (typeof PACK_KINDS)[number];

/** Who asked what about whom. Times: RFC 3339. */
export interface PackQuestion {
  readonly patient: string;
  readonly from: string;
  readonly until: string;
  readonly askedBy: string;
  readonly askedAt: string;
}

/** An entry of the log about the patient, with its receipt. */
export interface PackEntry {
  readonly position: number;
  /** As logged, byte for byte. */
  readonly leaf: string;
  /** C2SP tlog-proof. */
  readonly proof: string;
  readonly actor: string;
  /** What the leaf commits to; null where erasure or retention took it. */
  readonly body: { readonly salt: string; readonly text: string } | null;
}

/** What stands in no log entry: names of the directory, words of requests and reviews. Told, not proved. */
export interface PackClaims {
  readonly names: readonly (Recipient & { readonly reference: string })[];
  readonly emergencies: readonly EmergencyClaim[];
}

/** An emergency access as the platform's own table has it. Times: RFC 3339. */
export interface EmergencyClaim {
  readonly id: string;
  readonly actor: string;
  readonly reason: string;
  readonly openedAt: string;
  /** When it ran out, or was ended. */
  readonly closedAt: string;
  readonly verdict?: 'justified' | 'unjustified';
  readonly note?: string;
  readonly reviewedBy?: string;
}

/**
 * An answer with all that is needed to check it without this platform: every entry of the log about
 * the patient, that they are all, and what they say. The answer follows from them by public rules.
 */
export interface EvidencePack {
  readonly format: typeof PACK_FORMAT;
  readonly kind: PackKind;
  readonly question: PackQuestion;
  /** The key that the log says it is signed with: to be compared with one from elsewhere. */
  readonly log: { readonly key: string };
  readonly claims: PackClaims;
  readonly answer: unknown;
  /** Ascending by position. */
  readonly entries: readonly PackEntry[];
  readonly completeness: CompletenessProof;
}

/** The record that an entry shows. */
export function recordOf(entry: PackEntry): Result<LogRecord, 'malformed-entry'> {
  const leafBytes = Buffer.from(entry.leaf);
  const leaf = parseLeaf(leafBytes);
  const salt = entry.body === null ? null : fromBase64(entry.body.salt);
  if (!leaf.ok || salt?.ok === false) return err('malformed-entry');
  const { id: auditId, ts, patient } = leaf.value;
  return ok({
    ...{ auditId, recorded: new Date(ts), actor: entry.actor, leafBytes, leaf: leaf.value },
    patientTag: patient === null ? null : Buffer.from(patient, 'base64url'),
    body:
      entry.body === null || salt === null
        ? { state: 'destroyed' }
        : {
            ...{ state: 'held', text: entry.body.text, body: parseBody(entry.body.text) },
            salt: Buffer.from(salt.value),
          },
  });
}

/** The entry of a record, without its receipt. */
export const entryOf = (record: LogRecord): Omit<PackEntry, 'position' | 'proof'> => ({
  leaf: record.leafBytes.toString('utf8'),
  actor: record.actor,
  body:
    record.body.state === 'held'
      ? { salt: record.body.salt.toString('base64'), text: record.body.text }
      : null,
});
