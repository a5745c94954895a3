import type {
  Attribute,
  ClassValue,
  Conditions,
  ConsentModel,
  DataReference,
  Provision,
} from '../model/consent-model.ts';
import { inForce } from '../model/supersession.ts';

/**
 * The version of the class format. A change of meaning raises it, and every patient with consents
 * is projected anew; classes of another version deny.
 */
export const CLASS_FORMAT = 2;

/** A construct that cannot be enforced, in a class: which one it is does not change a decision. */
export const UNENFORCEABLE = '!';

/** One provision of a class. Actors and instances are counts: they stand in the residual, in order. */
export interface ClassProvision {
  readonly effect: 'permit' | 'deny';
  readonly actor?: number | typeof UNENFORCEABLE;
  readonly action?: readonly string[] | typeof UNENFORCEABLE;
  readonly label?: readonly string[] | typeof UNENFORCEABLE;
  readonly purpose?: readonly string[] | typeof UNENFORCEABLE;
  /** `type`, `profile` or `coding`, a space, and the value. */
  readonly class?: readonly string[] | typeof UNENFORCEABLE;
  readonly document?: readonly string[] | typeof UNENFORCEABLE;
  /** Counts by kind, sorted: a resource type for instances, `related`, `authoredby`. */
  readonly data?: readonly (readonly [string, number])[] | typeof UNENFORCEABLE;
  readonly code?: readonly string[] | typeof UNENFORCEABLE;
  readonly period?: readonly [number | null, number | null] | 'never' | typeof UNENFORCEABLE;
  readonly dataPeriod?: readonly [number | null, number | null] | typeof UNENFORCEABLE;
  readonly modifier?: typeof UNENFORCEABLE;
  readonly but?: readonly ClassProvision[];
}

export interface ClassConsent {
  /** In force from (null: already) until (null: for good), ms since 1970. */
  readonly from: number | null;
  readonly until: number | null;
  readonly research?: true;
  readonly unenforceable?: true;
  readonly root: ClassProvision;
}

export interface ConsentClass {
  readonly format: number;
  readonly consents: readonly ClassConsent[];
}

/** What one patient's consents come down to: a class shared by many, and what is theirs alone. */
export interface Interned {
  /** The class's text; equal texts are one class. */
  readonly canonical: string;
  /** References and ids that fill the class's slots, in order. */
  readonly residual: readonly string[];
}

/**
 * Canonicalises the consents of one patient: only those that are or will be in force, sorted, with
 * instants in the past left out, so that patients who signed one form on different days share a
 * class. Undefined where no consent is or will be in force: class 0.
 */
export function canonicalise(
  consents: readonly ConsentModel[],
  nowMs: number,
): Interned | undefined {
  const parts = inForce(consents)
    .filter(({ until }) => until > nowMs)
    .map(({ consent, from, until }) => {
      const root = encode(consent.root, nowMs);
      const part: ClassConsent = {
        from: from <= nowMs ? null : from,
        until: until === Infinity ? null : until,
        ...(consent.scope === 'research' && { research: true as const }),
        ...(consent.unenforceable && { unenforceable: true as const }),
        root: root.value,
      };
      return { value: part, text: JSON.stringify(part), residual: root.residual };
    });
  if (parts.length === 0) return undefined;
  const sorted = distinct(parts);
  const whole: ConsentClass = {
    format: CLASS_FORMAT,
    consents: sorted.map(({ value }) => value),
  };
  return {
    canonical: JSON.stringify(whole),
    residual: sorted.flatMap(({ residual }) => residual),
  };
}

interface Encoded<Value> {
  readonly value: Value;
  readonly text: string;
  readonly residual: readonly string[];
}

// Order is by what the class says; ties differ in their residual only, which then decides.
function distinct<Value>(parts: readonly Encoded<Value>[]): readonly Encoded<Value>[] {
  const byText = new Map(
    parts.map((part) => [`${part.text}\n${JSON.stringify(part.residual)}`, part]),
  );
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

function encode(provision: Provision, nowMs: number): Encoded<ClassProvision> {
  const { stated } = provision;
  const actor = stated.actor && sortedValues(stated.actor, (each) => each);
  const data = stated.data && sortedValues(stated.data, slotOf);
  const children = distinct(provision.children.map((child) => encode(child, nowMs)));
  const value: ClassProvision = {
    effect: provision.effect,
    ...(actor && { actor: actor === UNENFORCEABLE ? actor : actor.length }),
    ...(stated.action && { action: sortedValues(stated.action, (each) => each) }),
    ...(stated.label && { label: sortedValues(stated.label, (each) => each.code) }),
    ...(stated.purpose && { purpose: sortedValues(stated.purpose, (each) => each) }),
    ...(stated.class && { class: sortedValues(stated.class, classText) }),
    ...(stated.document && { document: sortedValues(stated.document, classText) }),
    ...(data && { data: data === UNENFORCEABLE ? data : counts(data) }),
    ...(stated.code && { code: sortedValues(stated.code, (each) => each) }),
    ...(stated.period && { period: encodePeriod(stated.period, nowMs) }),
    ...(stated.dataPeriod && { dataPeriod: encodeDataPeriod(stated.dataPeriod) }),
    ...(stated.modifier && { modifier: UNENFORCEABLE }),
    ...(children.length > 0 && { but: children.map((child) => child.value) }),
  };
  return {
    value,
    text: JSON.stringify(value),
    residual: [
      ...(Array.isArray(actor) ? actor : []),
      ...(Array.isArray(data) ? data.map((slot) => slot.slice(slot.indexOf(' ') + 1)) : []),
      ...children.flatMap((child) => child.residual),
    ],
  };
}

function sortedValues<Value>(
  attribute: Attribute<Value>,
  textOf: (value: Value) => string,
): string[] | typeof UNENFORCEABLE {
  if (attribute.kind === 'unenforceable') return UNENFORCEABLE;
  return [...new Set(attribute.values.map(textOf))].sort();
}

// The kind first, so that sorting brings together what is counted together. Of an instance the type
// is the kind and the id the slot; of others the whole reference is.
function slotOf({ meaning, reference }: DataReference): string {
  return meaning === 'instance' ? reference.replace('/', ' ') : `${meaning} ${reference}`;
}

const classText = (value: ClassValue): string =>
  value.kind === 'type'
    ? `type ${value.type}`
    : value.kind === 'profile'
      ? `profile ${value.url}`
      : `coding ${value.coding}`;

function counts(slots: readonly string[]): readonly (readonly [string, number])[] {
  const byKind = new Map<string, number>();
  for (const slot of slots) {
    const kind = slot.slice(0, slot.indexOf(' '));
    byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  }
  return [...byKind.entries()];
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);

const encodeDataPeriod = (
  period: NonNullable<Conditions['dataPeriod']>,
): NonNullable<ClassProvision['dataPeriod']> =>
  period.kind === 'unenforceable' ? UNENFORCEABLE : [finite(period.from), finite(period.until)];

function encodePeriod(
  period: NonNullable<Conditions['period']>,
  nowMs: number,
): NonNullable<ClassProvision['period']> {
  if (period.kind === 'unenforceable') return UNENFORCEABLE;
  if (period.kind === 'never') return 'never';
  return [
    period.from <= nowMs ? null : period.from,
    period.until === Infinity ? null : period.until,
  ];
}
