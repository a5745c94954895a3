export type Outcome = 'permit' | 'deny' | 'weak-deny' | 'not-applicable';

/** One step of a decision, with the steps it rests on. */
export interface Reason {
  readonly layer: 'law' | 'org' | 'patient' | 'glass' | 'request';
  /** A rule of the semantics (`A4`, `A11` ...), an ORG rule's id, or a layer's combining step. */
  readonly rule: string;
  readonly outcome: Outcome;
  readonly words: string;
  /** The version that says so, `Consent/id/_history/n`, and the provision inside it. */
  readonly source?: string;
  readonly path?: string;
  /** A deny that names an emergency purpose: no emergency access opens it. */
  readonly isFirm?: true;
  readonly because: readonly Reason[];
}

/** An attribute that keeps a provision from matching, in words. */
export interface Mismatch {
  readonly attribute: string;
  readonly words: string;
}
