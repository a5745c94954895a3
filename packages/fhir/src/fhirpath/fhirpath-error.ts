/**
 * What an expression cannot do. Thrown inside the engine only; its entry points turn it into a
 * value. The text never holds data, only words of the expression.
 */
export class FhirPathError extends Error {
  readonly kind: 'syntax' | 'semantic' | 'execution';

  constructor(kind: FhirPathError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
