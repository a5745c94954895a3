import type { ResourceType } from '@holdfast/fhir';
import type { TieKind } from '../relations/relationship.ts';

/**
 * When a row is released, as a formula over what the store knows about the row, the consent class's
 * residual and the actor. One type, two back ends: `holds` in process, `toSql` in a statement.
 */
export type Condition = Constant | Junction | Negation | Atom;

interface Common {
  /** Equal keys mean equal formulas. */
  readonly key: string;
  /** Nodes of the tree. */
  readonly size: number;
}

interface Constant extends Common {
  readonly op: 'true' | 'false';
}

interface Junction extends Common {
  readonly op: 'and' | 'or';
  readonly terms: readonly Condition[];
}

interface Negation extends Common {
  readonly op: 'not';
  readonly term: Condition;
}

/** A run of residual slots. `whenMissing` answers for a residual that is too short or content that is not there: CON-3. */
interface Slots {
  readonly first: number;
  readonly count: number;
  readonly whenMissing: boolean;
}

export type Atom = Common &
  (
    | { readonly op: 'type'; readonly types: readonly ResourceType[] }
    /** Confidentiality at most `rank`; a row not yet labelled counts as R. */
    | { readonly op: 'at-most'; readonly rank: number }
    /** Confidentiality at least `rank`, or not yet labelled. */
    | { readonly op: 'at-least'; readonly rank: number }
    /** Confidentiality exactly `rank`, or not yet labelled. */
    | { readonly op: 'exactly'; readonly rank: number }
    /** Some bit of the mask. */
    | { readonly op: 'labelled'; readonly mask: bigint }
    | { readonly op: 'unlabelled' }
    /** One of the slots names the actor. */
    | ({ readonly op: 'actor-in' } & Slots)
    /** One of the slots is this row's id, and the row is of the type. */
    | ({ readonly op: 'instance-in'; readonly type: ResourceType } & Slots)
    /** One of the slots is this row's `Type/id`, or the row refers to it. */
    | ({ readonly op: 'refers-to' } & Slots)
    /** One of the slots is an author of the row. */
    | ({ readonly op: 'authored-by' } & Slots)
    /** The row's content has one of the codings, profiles, or codings of its class. */
    | {
        readonly op: 'coding' | 'profile' | 'class-coding';
        readonly values: readonly string[];
        readonly whenMissing: boolean;
      }
    /** The row's clinical time, ms since 1970: `within` the bounds or `overlapping` them. */
    | {
        readonly op: 'within' | 'overlapping';
        readonly from: number | null;
        readonly until: number | null;
      }
    /** The row lies in the compartment of the actor's own patient. */
    | { readonly op: 'own-record' }
    /** The row lies in no patient's compartment. */
    | { readonly op: 'no-patient' }
    /** The actor is one of these to the patient of the row, or to the one whose consents decide. */
    | { readonly op: 'tied'; readonly kinds: readonly TieKind[]; readonly to: 'row' | 'subject' }
    /** The statement's clock is before the instant, ms since 1970. */
    | { readonly op: 'before'; readonly at: number }
  );

/** An atom's description without what is derived from it. */
export type AtomSpec = DistributiveOmit<Atom, 'key' | 'size'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export const TRUE: Condition = { op: 'true', key: 'T', size: 1 };
export const FALSE: Condition = { op: 'false', key: 'F', size: 1 };

export function atom(spec: AtomSpec): Condition {
  const key = JSON.stringify(spec, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return { ...spec, key, size: 1 };
}

export const constant = (value: boolean): Condition => (value ? TRUE : FALSE);

export function not(term: Condition): Condition {
  if (term.op === 'true') return FALSE;
  if (term.op === 'false') return TRUE;
  if (term.op === 'not') return term.term;
  return { op: 'not', term, key: `!${term.key}`, size: term.size + 1 };
}

export const and = (...terms: readonly Condition[]): Condition => junction('and', terms);
export const or = (...terms: readonly Condition[]): Condition => junction('or', terms);

// Flattened, without duplicates, in the order of keys: so equal formulas are found equal.
function junction(op: 'and' | 'or', terms: readonly Condition[]): Condition {
  const [neutral, absorbing] = op === 'and' ? [TRUE, FALSE] : [FALSE, TRUE];
  const unique = new Map<string, Condition>();
  const flat = terms.flatMap((each) => (each.op === op ? each.terms : [each]));
  for (const term of oneMask(op, flat)) {
    if (term.op === absorbing.op) return absorbing;
    if (term.op !== neutral.op) unique.set(term.key, term);
  }
  for (const term of unique.values()) if (unique.has(not(term).key)) return absorbing;
  const kept = [...unique.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const [only] = kept;
  if (only === undefined) return neutral;
  if (kept.length === 1) return only;
  const key = `${op === 'and' ? '&' : '|'}(${kept.map((each) => each.key).join(',')})`;
  return { op, terms: kept, key, size: kept.reduce((sum, each) => sum + each.size, 1) };
}

/** Some bit of any of several masks is some bit of all of them together; none of each, none of all. */
function oneMask(op: 'and' | 'or', terms: readonly Condition[]): readonly Condition[] {
  const maskOf = (term: Condition): bigint | undefined => {
    const inner = op === 'and' && term.op === 'not' ? term.term : term;
    return inner.op === 'labelled' && (op === 'or' || term.op === 'not') ? inner.mask : undefined;
  };
  const masks = terms.flatMap((term) => maskOf(term) ?? []);
  if (masks.length < 2) return terms;
  const all = atom({ op: 'labelled', mask: masks.reduce((bits, mask) => bits | mask) });
  return [...terms.filter((term) => maskOf(term) === undefined), op === 'or' ? all : not(all)];
}

/** The formula with every atom replaced by what `replace` makes of it, simplified. */
export function substitute(condition: Condition, replace: (atom: Atom) => Condition): Condition {
  switch (condition.op) {
    case 'true':
    case 'false':
      return condition;
    case 'not':
      return not(substitute(condition.term, replace));
    case 'and':
    case 'or':
      return junction(
        condition.op,
        condition.terms.map((term) => substitute(term, replace)),
      );
    default:
      return replace(condition);
  }
}
