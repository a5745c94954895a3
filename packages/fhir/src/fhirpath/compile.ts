import { FhirPathError } from './fhirpath-error.ts';
import { compileCall } from './functions/call.ts';
import type { Argument } from './functions/function.ts';
import { type Collection, FALSE, Item, NOTHING, system, TRUE, truthItem } from './item.ts';
import { kindOf } from './kind.ts';
import { addMembers, hasMember, MemberName } from './navigate.ts';
import { isTruthOperator, operation, truthOperation } from './operators.ts';
import { measureOf, unitName } from './quantity.ts';
import { type Evaluate, type Scope, single, type Truth, truthOf } from './scope.ts';
import type { Binary, Call, Expression, LiteralType } from './syntax.ts';
import { exactTypeTest, isTypeOf, typeTest } from './type-tests.ts';
import { variable } from './variables.ts';

/**
 * Compiles an expression to a closure.
 * @throws FhirPathError for unknown functions and types
 */
export function compile(expression: Expression): Evaluate {
  const evaluate = compiled(expression);
  if (isConstant(expression)) return constant(evaluate(NO_SCOPE));
  return expression.op !== 'variable' && isFixed(expression) ? once(evaluate) : evaluate;
}

/** True for literals and lists of them: `'a' | 'b'`. */
function isConstant(expression: Expression): boolean {
  if (expression.op === 'binary' && expression.operator === '|') {
    return isConstant(expression.left) && isConstant(expression.right);
  }
  return expression.op === 'literal' || expression.op === 'empty';
}

/** True for a path from `%resource` and the like: iterations need not walk it again and again. */
function isFixed(expression: Expression): boolean {
  if (expression.op === 'variable') return true;
  if (expression.op === 'call' && expression.args.length > 0) return false;
  const isPath = expression.op === 'member' || expression.op === 'call';
  return isPath && expression.of !== null && isFixed(expression.of);
}

function once(evaluate: Evaluate): Evaluate {
  return (scope) => {
    let found = scope.fixed.get(evaluate);
    if (found === undefined) {
      found = evaluate(scope);
      scope.fixed.set(evaluate, found);
    }
    return found;
  };
}

function compiled(expression: Expression): Evaluate {
  switch (expression.op) {
    case 'literal':
      return constant([literal(expression.type, expression.text)]);
    case 'quantity': {
      const value = { value: Number(expression.number), unit: unitName(expression.unit) };
      return constant([system('Quantity', value)]);
    }
    case 'empty':
      return constant(NOTHING);
    case '$this':
      return (scope) => scope.self;
    case '$index':
      return (scope) => [system('Integer', scope.index)];
    case '$total':
      return (scope) => scope.total;
    case 'variable':
      return variable(expression.name);
    case 'member':
      return member(expression.of, expression.name);
    case 'call':
      return compileCall(expression.name, focusOf(expression), argumentsOf(expression));
    case 'item':
      return itemAt(compile(expression.of), compile(expression.at));
    case 'sign':
      return signed(expression.sign, compile(expression.of));
    case 'is':
    case 'as':
      return typed(expression.op, compile(expression.of), expression.type);
    case 'binary':
      if (isTruthOperator(expression.operator)) {
        const truth = compileTruth(expression);
        return (scope) => truthItem(truth(scope));
      }
      return (
        compareWithText(expression) ??
        operation(expression.operator, compile(expression.left), compile(expression.right))
      );
  }
}

/** Compiles an expression whose truth is asked: its own shortcuts instead of collections. */
export function compileTruth(expression: Expression): Truth {
  if (expression.op === 'binary' && isTruthOperator(expression.operator)) {
    const left = compileTruth(expression.left);
    return truthOperation(expression.operator, left, compileTruth(expression.right));
  }
  if (expression.op === 'call' && expression.args.length === 0) {
    if (expression.name === 'exists') return presence(expression.of);
    if (expression.name === 'empty') return absence(expression.of);
  }
  const evaluate = compile(expression);
  return (scope) => truthOf(evaluate(scope));
}

function absence(of: Expression | null): Truth {
  const isThere = presence(of);
  return (scope) => !isThere(scope);
}

/** Whether an expression finds anything. */
function presence(of: Expression | null): (scope: Scope) => boolean {
  if (of?.op === 'member' && !/^[A-Z]/.test(of.name)) {
    const name = new MemberName(of.name);
    const holders = of.of === null ? self : compile(of.of);
    return (scope) => holders(scope).some((holder) => hasMember(holder, name));
  }
  const evaluate = of === null ? self : compile(of);
  return (scope) => evaluate(scope).length > 0;
}

/** `x = 'a'`, `x != 'a'` and `x in ('a' | 'b')`, which constraints are full of, by look-up. */
function compareWithText({ operator, left, right }: Binary): Evaluate | undefined {
  if (operator !== '=' && operator !== '!=' && operator !== 'in') return undefined;
  if (!isConstant(right)) return undefined;
  const values = compile(right)(NO_SCOPE);
  const texts = new Set<unknown>(values.map(({ value }) => value));
  const isOne = operator === 'in' || values.length === 1;
  if (!isOne || values.some(({ type }) => type !== 'System.String')) return undefined;
  const evaluate = compile(left);
  const general = operation(operator, evaluate, constant(values));
  const [found, other] = operator === '!=' ? [FALSE, TRUE] : [TRUE, FALSE];
  return (scope) => {
    const items = evaluate(scope);
    const [item] = items;
    if (item === undefined) return NOTHING;
    if (items.length > 1 || kindOf(item) !== 'string') return general(scope);
    return texts.has(item.value) ? found : other;
  };
}

const NO_ITEM = new Item('System.Any', undefined);
/** Constants ask nothing of their scope. */
const NO_SCOPE: Scope = {
  environment: { resource: NO_ITEM, rootResource: NO_ITEM, context: NOTHING },
  self: NOTHING,
  index: 0,
  total: NOTHING,
  visits: 0,
  fixed: new Map(),
};

const constant =
  (collection: Collection): Evaluate =>
  () =>
    collection;

function literal(type: LiteralType, text: string): Item {
  if (type === 'Boolean') return system(type, text === 'true');
  if (type === 'Integer' || type === 'Decimal') return system(type, Number(text));
  return system(type, text);
}

const self: Evaluate = (scope) => scope.self;

const focusOf = (call: Call): Evaluate => (call.of === null ? self : compile(call.of));

const argumentsOf = (call: Call): readonly Argument[] =>
  call.args.map((expression) => ({
    expression,
    evaluate: (part = expression) => compile(part),
    truth: () => compileTruth(expression),
  }));

function member(of: Expression | null, name: string): Evaluate {
  const wanted = new MemberName(name);
  if (of !== null) {
    const holder = compile(of);
    return (scope) => membersOf(holder(scope), wanted);
  }
  if (!/^[A-Z]/.test(name)) return (scope) => membersOf(scope.self, wanted);
  // A path may start with the type of its focus: `Patient.name`.
  return (scope) => {
    const [first] = scope.self;
    return first !== undefined && isTypeOf(first, name)
      ? scope.self
      : membersOf(scope.self, wanted);
  };
}

function membersOf(holders: Collection, name: MemberName): Collection {
  if (holders.length === 0) return NOTHING;
  const found: Item[] = [];
  for (const holder of holders) addMembers(holder, name, found);
  return found;
}

function itemAt(of: Evaluate, at: Evaluate): Evaluate {
  return (scope) => {
    const index = single(at(scope), 'an index')?.value;
    if (typeof index !== 'number') return NOTHING;
    const item = of(scope)[index];
    return item === undefined ? NOTHING : [item];
  };
}

function signed(sign: '+' | '-', of: Evaluate): Evaluate {
  return (scope) => {
    const item = single(of(scope), 'a sign');
    if (item === undefined || sign === '+') return item === undefined ? NOTHING : [item];
    if (typeof item.value === 'number') return [new Item(item.type, -item.value)];
    const measure = measureOf(item);
    if (measure === undefined) throw new FhirPathError('execution', 'a sign takes a number');
    return [system('Quantity', { ...measure, value: -measure.value })];
  };
}

function typed(op: 'is' | 'as', of: Evaluate, type: string): Evaluate {
  const test = op === 'is' ? typeTest(type) : exactTypeTest(type);
  return (scope: Scope) => {
    const item = single(of(scope), op);
    if (item === undefined) return NOTHING;
    if (op === 'is') return truthItem(test(item));
    return test(item) ? [item] : NOTHING;
  };
}
