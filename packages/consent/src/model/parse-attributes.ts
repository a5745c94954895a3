import { isResourceType, type ResourceType } from '@holdfast/fhir';
import { isConfidentialityCode } from '../labels/confidentiality.ts';
import { labelFamily } from '../labels/label-systems.ts';
import { sensitivityCode } from '../labels/sensitivity-dictionary.ts';
import { MAX_ATTRIBUTE_VALUES } from '../limits.ts';
import type {
  Attribute,
  Conditions,
  ConsentAction,
  Instance,
  Label,
  Unenforceable,
} from './consent-model.ts';
import {
  codingOf,
  codingsOf,
  type FhirRecord,
  isRecord,
  listOf,
  referenceOf,
  textOf,
} from './fhir-json.ts';
import { periodOf } from './fhir-time.ts';
import type { UnenforceableConstruct } from './unenforceable.ts';

/** The attributes that one R4 provision states; `period` of a nested one included, of the root not. */
export function parseConditions(provision: FhirRecord, isRoot: boolean): Conditions {
  const period = isRoot ? undefined : nestedPeriod(provision['period']);
  return {
    ...(period !== undefined && { period }),
    ...stated('actor', provision['actor'], { each: actorOf, otherwise: 'actor-without-reference' }),
    ...stated('action', provision['action'], { each: actionOf, otherwise: 'action-unknown' }),
    ...stated('label', provision['securityLabel'], { each: labelOf, otherwise: 'label-unknown' }),
    ...stated('purpose', provision['purpose'], {
      each: purposeOf,
      otherwise: 'purpose-without-code',
    }),
    ...stated('type', provision['class'], { each: typeOf, otherwise: 'class-not-a-type' }),
    ...instances(provision['data']),
    ...(provision['code'] !== undefined && { code: unenforceable('code') }),
    ...(provision['dataPeriod'] !== undefined && { dataPeriod: unenforceable('data-period') }),
    ...modifier(provision, isRoot),
  };
}

function modifier(provision: FhirRecord, isRoot: boolean): Pick<Conditions, 'modifier'> {
  if (provision['modifierExtension'] !== undefined) {
    return { modifier: unenforceable('modifier-extension') };
  }
  const type = provision['type'];
  const isKnown = type === 'permit' || type === 'deny' || type === undefined;
  return isKnown || isRoot ? {} : { modifier: unenforceable('malformed') };
}

export const unenforceable = (construct: UnenforceableConstruct): Unenforceable => ({
  kind: 'unenforceable',
  construct,
});

// A single value that cannot be read makes the whole list unreliable: an OR with an unknown part.
function stated<Name extends string, Value>(
  name: Name,
  list: unknown,
  read: {
    readonly each: (value: unknown) => readonly Value[] | undefined;
    readonly otherwise: UnenforceableConstruct;
  },
): { readonly [K in Name]?: Attribute<Value> } {
  const items = listOf(list);
  if (items.length === 0)
    return list === undefined ? {} : only(name, unenforceable(read.otherwise));
  if (items.length > MAX_ATTRIBUTE_VALUES) return only(name, unenforceable('too-many-values'));
  const values: Value[] = [];
  for (const item of items) {
    const some = read.each(item);
    if (some === undefined) return only(name, unenforceable(read.otherwise));
    values.push(...some);
  }
  return only(name, { kind: 'values', values });
}

const only = <Name extends string, Value>(name: Name, attribute: Attribute<Value>) =>
  ({ [name]: attribute }) as { readonly [K in Name]?: Attribute<Value> };

// The role of an R4 actor says how it is involved, not who it is: identity is the reference (A17).
function actorOf(actor: unknown): readonly string[] | undefined {
  const reference = isRecord(actor) ? referenceOf(actor['reference']) : undefined;
  return reference === undefined ? undefined : [reference];
}

const ACTIONS: ReadonlySet<string> = new Set(['collect', 'access', 'use', 'disclose', 'correct']);
const isAction = (code: string): code is ConsentAction => ACTIONS.has(code);
const isActionSystem = (system: string): boolean =>
  system === '' || /\/(CodeSystem\/)?consentaction$/.test(system);

function actionOf(concept: unknown): readonly ConsentAction[] | undefined {
  const actions = codingsOf(concept).flatMap(({ system, code }) =>
    isActionSystem(system) && isAction(code) ? [code] : [],
  );
  return actions.length === 0 ? undefined : actions;
}

function labelOf(value: unknown): readonly Label[] | undefined {
  const coding = codingOf(value);
  const family = coding && labelFamily(coding.system);
  if (coding === undefined) return undefined;
  if (family === 'confidentiality' && isConfidentialityCode(coding.code)) {
    return [{ family, code: coding.code }];
  }
  const code = family === 'act-code' ? sensitivityCode(coding.code) : undefined;
  return code === undefined ? undefined : [{ family: 'sensitivity', code }];
}

/** v3-ActReason codes stand alone, as do codes without a system; others keep their system. */
export function purposeOf(value: unknown): readonly string[] | undefined {
  const coding = codingOf(value);
  if (coding === undefined) return undefined;
  const isActReason = coding.system === '' || labelFamily(coding.system) === 'purpose';
  return [isActReason ? coding.code : `${coding.system}|${coding.code}`];
}

const TYPE_SYSTEMS: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/resource-types',
  'http://hl7.org/fhir/ValueSet/resource-types',
  'http://hl7.org/fhir/fhir-types',
]);

function typeOf(value: unknown): readonly ResourceType[] | undefined {
  const coding = codingOf(value);
  if (coding === undefined || !TYPE_SYSTEMS.has(coding.system)) return undefined;
  return isResourceType(coding.code) ? [coding.code] : undefined;
}

function instances(data: unknown): { readonly instance?: Attribute<Instance> } {
  const related = listOf(data).some((each) => !isRecord(each) || each['meaning'] !== 'instance');
  if (related) return { instance: unenforceable('data-related') };
  return stated('instance', data, { each: instanceOf, otherwise: 'data-without-reference' });
}

function instanceOf(value: unknown): readonly Instance[] | undefined {
  const reference = isRecord(value) ? referenceOf(value['reference']) : undefined;
  const [type = '', id = '', ...rest] = (reference ?? '').split('/');
  if (rest.length > 0 || id === '' || !isResourceType(type)) return undefined;
  return [{ type, id }];
}

function nestedPeriod(value: unknown): Conditions['period'] {
  if (value === undefined) return undefined;
  const period = periodOf(value);
  return period === undefined ? unenforceable('period-invalid') : { kind: 'interval', ...period };
}

/** The text of a URI-like element of a backbone list, e.g. `policy[].uri`. */
export const uriOf = (each: unknown): string | undefined =>
  isRecord(each) ? textOf(each['uri']) : undefined;
