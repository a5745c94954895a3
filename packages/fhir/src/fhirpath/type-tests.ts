import { definitions } from '../definitions.ts';
import { propertiesOf } from '../structure.ts';
import { FhirPathError } from './fhirpath-error.ts';
import type { Item } from './item.ts';
import type { Expression } from './syntax.ts';

const SYSTEM = new Set([
  'Boolean',
  'String',
  'Integer',
  'Decimal',
  'Date',
  'DateTime',
  'Time',
  'Quantity',
  'Any',
]);

/** What a type is a kind of; types not here are elements or resources. */
const PARENTS: Readonly<Record<string, string>> = {
  code: 'string',
  id: 'string',
  markdown: 'string',
  url: 'uri',
  canonical: 'uri',
  oid: 'uri',
  uuid: 'uri',
  positiveInt: 'integer',
  unsignedInt: 'integer',
  Age: 'Quantity',
  Count: 'Quantity',
  Distance: 'Quantity',
  Duration: 'Quantity',
  MoneyQuantity: 'Quantity',
  SimpleQuantity: 'Quantity',
  BackboneElement: 'Element',
  Dosage: 'BackboneElement',
  Timing: 'BackboneElement',
  DomainResource: 'Resource',
};

const ABSTRACT = new Set(['Element', 'BackboneElement', 'Resource', 'DomainResource']);

export type TypeTest = (item: Item) => boolean;

/**
 * Compiles a type name to a test for that type and its kinds. A name without a namespace means the
 * FHIR type, and the system type where FHIR has none of that name (`Quantity` means both).
 * @throws FhirPathError for a name that is no type
 */
export function typeTest(name: string): TypeTest {
  const wanted = wantedType(name);
  return (item) => matches(item, wanted, true);
}

/** As `typeTest`, but only for the type itself, as `as()` and `ofType()` ask; of abstract types any. */
export function exactTypeTest(name: string): TypeTest {
  const wanted = wantedType(name);
  const isAbstract = ABSTRACT.has(wanted.name);
  return (item) => matches(item, wanted, isAbstract);
}

interface WantedType {
  readonly name: string;
  readonly maySystem: boolean;
  readonly mayFhir: boolean;
}

function wantedType(text: string): WantedType {
  const [first = '', second] = text.split('.', 2);
  const name = second ?? first;
  const maySystem = SYSTEM.has(name) && (second === undefined || first === 'System');
  const mayFhir = isFhirType(name) && (second === undefined || first === 'FHIR');
  if (!maySystem && !mayFhir && second === undefined) {
    throw new FhirPathError('semantic', `${name} is no type`);
  }
  return { name, maySystem, mayFhir };
}

function matches({ type, shape }: Item, wanted: WantedType, withKinds: boolean): boolean {
  const { name, maySystem, mayFhir } = wanted;
  if (type.startsWith('System.')) return maySystem && (type === `System.${name}` || name === 'Any');
  return mayFhir && (type === name || (withKinds && isKindOf(type, name, shape?.path)));
}

/** The name that a type argument such as `ofType(FHIR.Patient)` spells; undefined for others. */
export function typeNameOf(expression: Expression | undefined): string | undefined {
  if (expression?.op !== 'member') return undefined;
  if (expression.of === null) return expression.name;
  const namespace = typeNameOf(expression.of);
  return namespace === undefined ? undefined : `${namespace}.${expression.name}`;
}

/** True where a name that stands first in a path names the type of the focus itself. */
export function isTypeOf(item: Item, name: string): boolean {
  if (item.type === name) return item.shape !== null;
  return ABSTRACT.has(name) && isKindOf(item.type, name, item.shape?.path);
}

function isFhirType(name: string): boolean {
  const { types, primitives } = definitions();
  const known = Object.hasOwn(types, name) || Object.hasOwn(primitives, name);
  return known || Object.hasOwn(PARENTS, name) || ABSTRACT.has(name);
}

function isKindOf(type: string, ancestor: string, path: string | undefined): boolean {
  for (let at: string | undefined = type; at !== undefined; at = parentOf(at, path)) {
    if (at === ancestor) return true;
  }
  return false;
}

function parentOf(type: string, path: string | undefined): string | undefined {
  const known = PARENTS[type];
  if (known !== undefined) return known;
  if (type === 'Element' || type === 'Resource') return undefined;
  if (definitions().types[type]?.kind !== 'resource') return 'Element';
  const isDomain = path !== undefined && propertiesOf({ type, path }).has('contained');
  return isDomain ? 'DomainResource' : 'Resource';
}
