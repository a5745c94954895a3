/** One row of the error catalogue. Codes are append-only; texts never contain identifiers. */
export interface FaultRow {
  /** HTTP status of the answer. */
  readonly status: number;
  /** FHIR `OperationOutcome.issue.code` (IssueType). */
  readonly issue: string;
  /** What happened, for the caller. */
  readonly text: string;
  /** What the caller can do about it. */
  readonly mend: string;
  /** True where the same request may succeed later. */
  readonly retryable?: boolean;
}

/** A package's rows: `as const satisfies FaultCatalogue`. */
export type FaultCatalogue = Readonly<Record<string, FaultRow>>;

export interface FaultDetail {
  /** FHIRPath of the offending element(s), e.g. `Patient.birthDate`. */
  readonly expression?: readonly string[];
  /** Completes the row's text for this occurrence; shown to the caller, so no data of a patient. */
  readonly diagnostics?: string;
  readonly retryAfterSeconds?: number;
  /** Private: goes to the log, never into an answer. */
  readonly cause?: unknown;
}

/**
 * A refused request or a failed dependency. Thrown at the edges only; one place
 * (`apps/server`) turns it into an OperationOutcome.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: string;
  readonly row: FaultRow;
  readonly detail: FaultDetail;

  constructor(code: string, row: FaultRow, detail: FaultDetail = {}) {
    super(`${code}: ${detail.diagnostics ?? row.text}`, { cause: detail.cause });
    this.code = code;
    this.row = row;
    this.detail = detail;
  }
}

/** Binds a catalogue to a thrower-friendly factory: `const fault = faults(CATALOGUE); throw fault('X')`. */
export function faults<Catalogue extends FaultCatalogue>(catalogue: Catalogue) {
  return (code: keyof Catalogue & string, detail?: FaultDetail): Fault => {
    const row = catalogue[code];
    if (row === undefined) throw new TypeError(`no fault ${code} in this catalogue`);
    return new Fault(code, row, detail);
  };
}
