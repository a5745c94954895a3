export type Outcome = 'permit' | 'deny' | 'weak-deny' | 'not-applicable';

/** One step of a decision, with the steps it rests on. */
export interface Reason {
  readonly layer: 'law' | 'org' | 'patient' | 'glass' | 'request';
  /** A rule of the semantics (`A4`, `A11` ...), an ORG rule's id, or a layer's combining step. */
  readonly rule: string;
  readonly outcome: Outcome;
  readonly words: string;
  /** `Consent/id` and the path of the provision, where one is concerned. */
  readonly evidence?: string;
  readonly because: readonly Reason[];
}
