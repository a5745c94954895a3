/** FHIRPath as a tree (http://hl7.org/fhirpath/N1/#formal-specifications). */
export type Expression =
  | { readonly op: 'literal'; readonly type: LiteralType; readonly text: string }
  | { readonly op: 'quantity'; readonly number: string; readonly unit: string }
  | { readonly op: 'empty' }
  | { readonly op: '$this' | '$index' | '$total' }
  | { readonly op: 'variable'; readonly name: string }
  /** A name alone starts at the focus. */
  | { readonly op: 'member'; readonly of: Expression | null; readonly name: string }
  | Call
  | { readonly op: 'item'; readonly of: Expression; readonly at: Expression }
  | { readonly op: 'sign'; readonly sign: '+' | '-'; readonly of: Expression }
  | TypeTest
  | Binary;

export type LiteralType =
  | 'Boolean'
  | 'String'
  | 'Integer'
  | 'Decimal'
  | 'Date'
  | 'DateTime'
  | 'Time';

export interface Call {
  readonly op: 'call';
  readonly of: Expression | null;
  readonly name: string;
  readonly args: readonly Expression[];
}

/** `value is Quantity`, `value as FHIR.Quantity`. */
export interface TypeTest {
  readonly op: 'is' | 'as';
  readonly of: Expression;
  readonly type: string;
}

export interface Binary {
  readonly op: 'binary';
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
}

export type Operator =
  | 'implies'
  | 'or'
  | 'xor'
  | 'and'
  | 'in'
  | 'contains'
  | '='
  | '~'
  | '!='
  | '!~'
  | '<'
  | '>'
  | '<='
  | '>='
  | '|'
  | '+'
  | '-'
  | '&'
  | '*'
  | '/'
  | 'div'
  | 'mod';

/** How tightly operators bind; `is` and `as` stand at `TYPE_STRENGTH`, signs above all. */
export const STRENGTH: Readonly<Record<Operator, number>> = {
  implies: 1,
  or: 2,
  xor: 2,
  and: 3,
  in: 4,
  contains: 4,
  '=': 5,
  '~': 5,
  '!=': 5,
  '!~': 5,
  '<': 6,
  '>': 6,
  '<=': 6,
  '>=': 6,
  '|': 7,
  '+': 9,
  '-': 9,
  '&': 9,
  '*': 10,
  '/': 10,
  div: 10,
  mod: 10,
};

export const TYPE_STRENGTH = 8;

export const isOperator = (text: string): text is Operator => Object.hasOwn(STRENGTH, text);
