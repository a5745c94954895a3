import type { ConfidentialityCode } from './confidentiality.ts';

/**
 * Which codes make data sensitive: an organisation's choice, stored whole under a number like an
 * access policy. Licensed value sets are loaded as such a document; they never ship with the product.
 */
export interface LabelSets {
  readonly title: string;
  readonly rules: readonly LabelRule[];
}

/** Data with one of the codes carries the label, wherever in the content the code stands. */
export interface LabelRule {
  /** A v3-ActCode sensitivity code of the dictionary, e.g. `SUD`. */
  readonly label: string;
  /** The least confidentiality of such data: R unless it says V. */
  readonly confidentiality?: Extract<ConfidentialityCode, 'R' | 'V'>;
  readonly system: string;
  readonly codes?: readonly string[];
  /** For hierarchical systems: every code that begins so, e.g. `F11.` of ICD-10-CM. */
  readonly beginning?: readonly string[];
  /**
   * Only where the same element carries a value above this number: "abortions: 0" is told of
   * everybody. An element with such a code and a value that is no number counts as above it.
   */
  readonly valueAbove?: number;
}

/** A fault in a document of label sets, or what its author may not have meant. */
export interface LabelSetFinding {
  readonly path: string;
  readonly text: string;
}
