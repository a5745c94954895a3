import { isResourceType } from '@holdfast/fhir';
import { isConfidentialityCode } from '../labels/confidentiality.ts';
import { labelFamily } from '../labels/label-systems.ts';
import { sensitivityCode } from '../labels/sensitivity-dictionary.ts';
import { MAX_ATTRIBUTE_VALUES } from '../limits.ts';
import type {
  Attribute,
  ClassValue,
  Conditions,
  ConsentAction,
  DataReference,
  Interval,
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
  const period = isRoot ? undefined : intervalOf(provision['period']);
  const dataPeriod = intervalOf(provision['dataPeriod']);
  return {
    ...(period !== undefined && { period }),
    ...stated('actor', provision['actor'], { each: actorOf, otherwise: 'actor-without-reference' }),
    ...stated('action', provision['action'], { each: actionOf, otherwise: 'action-unknown' }),
    ...stated('label', provision['securityLabel'], { each: labelOf, otherwise: 'label-unknown' }),
    ...stated('purpose', provision['purpose'], {
      each: purposeOf,
      otherwise: 'purpose-without-code',
    }),
    ...stated('class', provision['class'] ?? provision['resourceType'], {
      each: classOf,
      otherwise: 'class-unknown',
    }),
    ...stated('document', provision['documentType'], { each: classOf, otherwise: 'class-unknown' }),
    ...stated('data', provision['data'], { each: dataOf, otherwise: 'data-without-reference' }),
    ...stated('code', provision['code'], { each: codesOf, otherwise: 'code-without-coding' }),
    ...(dataPeriod !== undefined && { dataPeriod }),
    ...modifier(provision, isRoot),
  };
}

function modifier(provision: FhirRecord, isRoot: boolean): Pick<Conditions, 'modifier'> {
  if (provision['expression'] !== undefined) return { modifier: unenforceable('expression') };
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

// The role of an R4 actor says how it is involved, not who it is: identity is the reference, or an
// identifier that sign-in knows as `system|value` (A17).
function actorOf(actor: unknown): readonly string[] | undefined {
  const reference = isRecord(actor) ? actor['reference'] : undefined;
  const literal = referenceOf(reference);
  if (literal !== undefined) return [literal];
  const identifier = isRecord(reference) ? reference['identifier'] : undefined;
  const value = isRecord(identifier) ? textOf(identifier['value']) : undefined;
  const system = isRecord(identifier) ? textOf(identifier['system']) : undefined;
  return value === undefined || system === undefined ? undefined : [`${system}|${value}`];
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

function classOf(value: unknown): readonly ClassValue[] | undefined {
  const coding = codingOf(value);
  if (coding === undefined || coding.system === '') return undefined;
  const { system, code } = coding;
  if (TYPE_SYSTEMS.has(system)) {
    return isResourceType(code) ? [{ kind: 'type', type: code }] : undefined;
  }
  if (system === 'urn:ietf:rfc:3986') return [{ kind: 'profile', url: code }];
  return [{ kind: 'coding', coding: `${system}|${code}` }];
}

/** R4 codes of `provision.data.meaning`; both kinds of relation are read as "refers to it". */
const MEANINGS: Readonly<Record<string, DataReference['meaning']>> = {
  instance: 'instance',
  related: 'related',
  dependents: 'related',
  authoredby: 'authoredby',
};

function dataOf(value: unknown): readonly DataReference[] | undefined {
  const meaning = isRecord(value) ? MEANINGS[textOf(value['meaning']) ?? ''] : undefined;
  const reference = isRecord(value) ? referenceOf(value['reference']) : undefined;
  if (meaning === undefined || reference === undefined) return undefined;
  const [type = '', id = '', ...rest] = reference.split('/');
  if (rest.length > 0 || id === '' || !isResourceType(type)) return undefined;
  return [{ meaning, reference }];
}

function codesOf(concept: unknown): readonly string[] | undefined {
  const codings = codingsOf(concept).filter(({ system }) => system !== '');
  return codings.length === 0 ? undefined : codings.map(({ system, code }) => `${system}|${code}`);
}

function intervalOf(
  value: unknown,
): ({ readonly kind: 'interval' } & Interval) | Unenforceable | undefined {
  if (value === undefined) return undefined;
  const period = periodOf(value);
  return period === undefined ? unenforceable('period-invalid') : { kind: 'interval', ...period };
}

/** The text of a URI-like element of a backbone list, e.g. `policy[].uri`. */
export const uriOf = (each: unknown): string | undefined =>
  isRecord(each) ? textOf(each['uri']) : undefined;
