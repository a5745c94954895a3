import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import type { JsonValue } from '../../json.ts';
import type { Resource } from '../../resource.ts';

/** A value that a FHIRPath expression yields, with its FHIR type (`CodeableConcept`, `code`). */
export interface TypedValue {
  readonly type: string;
  readonly value: JsonValue;
}

/** What this file reads of the library's nodes. */
interface Node {
  readonly ctx: unknown;
  readonly data: unknown;
  readonly constructor: {
    readonly makeResNode?: (
      ctx: unknown,
      data: unknown,
      parent: null,
      path: string,
      more: null,
      type: string,
    ) => Node;
  };
}

const LAST_TYPE = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]+(?:\/_history\/[^/]+)?$/;

/** Offline: a reference resolves to an empty resource of the type that it names. */
function resolve(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => {
    const { reference, type: stated } = (node.data ?? {}) as Record<string, unknown>;
    const text = typeof node.data === 'string' ? node.data : reference;
    const named = typeof text === 'string' ? LAST_TYPE.exec(text)?.[1] : undefined;
    const type = named ?? stated;
    const make = node.constructor.makeResNode;
    if (typeof type !== 'string' || make === undefined) return [];
    return [make(node.ctx, { resourceType: type }, null, type, null, type)];
  });
}

const OPTIONS = {
  resolveInternalTypes: false,
  userInvocationTable: { resolve: { fn: resolve, arity: { 0: [] }, internalStructures: true } },
};

type Evaluate = (resource: Resource, variables: { resource: Resource }) => unknown;
const compiled = new Map<string, Evaluate>();

/** Evaluates with the `fhirpath` library, which knows nothing of this package's selectors. */
export function valuesAt(resource: Resource, expression: string): readonly TypedValue[] {
  let evaluate = compiled.get(expression);
  if (evaluate === undefined) {
    evaluate = fhirpath.compile(ofTypes(expression), r4, OPTIONS) as Evaluate;
    compiled.set(expression, evaluate);
  }
  const nodes = evaluate(resource, { resource }) as unknown[];
  const types = fhirpath.types(nodes);
  return nodes.flatMap((node, i) => {
    const value = isNode(node) ? node.data : node;
    const type = types[i]?.replace(/^.*\./, '') ?? '';
    return value === null || value === undefined ? [] : [{ type, value: plain(value) }];
  });
}

/** R4 casts lists with `as`, which FHIRPath allows for single items only; R5 says `ofType`. */
const ofTypes = (expression: string): string =>
  expression.replace(/\.as\((\w+)\)/g, '.ofType($1)').replace(/ as (\w+)/g, '.ofType($1)');

/** The library keeps a decimal's digits in an object of its own. */
const plain = (value: unknown): JsonValue =>
  value instanceof fhirpath.FP_Decimal ? value.toNumber() : (value as JsonValue);

const isNode = (node: unknown): node is Node =>
  typeof node === 'object' && node !== null && 'ctx' in node && 'data' in node;
