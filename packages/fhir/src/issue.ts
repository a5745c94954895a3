/** The IssueType codes this package produces (https://hl7.org/fhir/R4/valueset-issue-type.html). */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'code-invalid'
  | 'not-supported'
  | 'not-found'
  | 'duplicate'
  | 'too-long'
  | 'too-costly'
  | 'conflict'
  | 'informational';

/** One finding about a resource, bundle or request. Never holds values from the data itself. */
export interface Issue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly code: IssueCode;
  /**
   * FHIRPath of the element, e.g. `Observation.component[1].valueQuantity.value`; none for syntax.
   */
  readonly expression?: string;
  /** What is wrong. */
  readonly diagnostics: string;
  /** What the sender can change. */
  readonly mend?: string;
}
