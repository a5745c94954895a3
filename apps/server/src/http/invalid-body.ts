/** A refused body with all its issues, as an OperationOutcome text of `@holdfast/fhir`. */
export class InvalidBody extends Error {
  override readonly name = 'InvalidBody';
  readonly status: number;
  readonly outcome: string;

  constructor(status: number, outcome: string) {
    super('invalid body');
    this.status = status;
    this.outcome = outcome;
  }
}
