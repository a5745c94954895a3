import type { RequestId } from '@holdfast/kernel';

/** FHIR AuditEvent.action: create, read, update, delete, execute (searches and operations). */
export type AuditAction = 'C' | 'R' | 'U' | 'D' | 'E';

/** FHIR AuditEvent.outcome: success, minor, serious, major failure. */
export type AuditOutcome = 0 | 4 | 8 | 12;

/** Why access was given or refused: enough to replay the decision. */
export interface DecisionEvidence {
  /** Consent class of the patient; 0 = no active consent. */
  readonly consentClass: number;
  readonly epoch: bigint;
  /** E.g. `release`, `redact`, `hide`. */
  readonly verdict: string;
}

/** One thing one actor did, or was refused, concerning at most one patient. */
export interface AuditEvent {
  readonly requestId: RequestId;
  /** FHIR reference, e.g. `Practitioner/123`. */
  readonly actor: string;
  readonly roles: readonly string[];
  /** PurposeOfUse codes, e.g. `TREAT`, `ETREAT`. */
  readonly purposes: readonly string[];
  readonly action: AuditAction;
  /** FHIR restful-interaction, e.g. `read`, `search-type`, or the name of an operation. */
  readonly interaction: string;
  readonly outcome: AuditOutcome;
  /** What was accessed: `Observation/9/_history/3`, or a search as sent, e.g. `Observation?code=x`. */
  readonly target: string | null;
  readonly patientId: string | null;
  /** Of a record that is about a patient and does not name them: kept under the tenant's own key. */
  readonly patientTag?: Buffer;
  readonly decision: DecisionEvidence | null;
  /** Of a write: the version's text as stored, empty for a deletion. Only its tag enters the leaf. */
  readonly content?: string;
  /** Of `index-root`: what the index of patients comes down to. */
  readonly index?: IndexRoot;
}

/** Root of the index of patients over the first `size` entries of the log. */
export interface IndexRoot {
  readonly size: number;
  readonly root: Uint8Array;
}

/** A prepared record: the columns of table `audit`, to be made durable before the answer leaves. */
export interface AuditRow {
  /** UUIDv7 whose time is `recorded`. */
  readonly auditId: string;
  readonly recorded: Date;
  readonly actor: string;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  /** HMAC of the patient's id (12 bytes), the key of "all accesses to this patient". */
  readonly patientTag: Buffer | null;
  /** What the Merkle tree commits to: canonical JSON (RFC 8785) without personal data. */
  readonly leaf: Buffer;
  /** JSON with what the leaf only commits to. Stored encrypted, with the salt: see `BodyKeys`. */
  readonly body: string;
  /** Whose key it is stored under: the patient's tag; null for the tenant's own, which no erasure takes. */
  readonly keyTag: Buffer | null;
  /** 16 random bytes, so that the commitment cannot be guessed from likely bodies. */
  readonly salt: Buffer;
  /** The producer's counter in this leaf, and the earlier ones it closes as void. */
  readonly n: number;
  readonly voids: readonly number[];
}
