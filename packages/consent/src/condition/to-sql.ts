import { typeCode } from '@holdfast/fhir';
import { unreachable } from '@holdfast/kernel';
import { tiesSql } from '@holdfast/store';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import type { TieKind } from '../relations/relationship.ts';
import type { Atom, Condition } from './condition.ts';

/** How the statement spells what a condition asks about. */
export interface SqlNames {
  /** Alias of `resource`. */
  readonly row: string;
  /** Alias of the `patient_state` row whose residual the condition's slots count in. */
  readonly subject: string;
  /** Parameter with the actor's closure, `text[]`; bound by the first atom that asks. */
  closure(): string;
  /** Alias of the `patient_state` row of the row's own patient. */
  readonly owner: string;
  /** Parameter with the ties of these kinds that would be the actor's, `text[]`. */
  tiesAs(kinds: readonly TieKind[]): string;
  /** Parameter with a list of texts, `text[]`. */
  texts(values: readonly string[]): string;
  /** A sensitivity mask, `bigint`; asked for in the order in which the condition has them. */
  mask(mask: bigint): string;
  /** Parameter with the logical id of the actor's own patient, or SQL `null::text`. */
  ownPatientId(): string;
}

/**
 * The condition as a boolean SQL expression that is never null where its columns are not.
 * Numbers and types are written out (they are ours, and constants plan better); texts are bound.
 */
export function toSql(condition: Condition, names: SqlNames): string {
  switch (condition.op) {
    case 'true':
    case 'false':
      return condition.op;
    case 'not':
      return `(not ${toSql(condition.term, names)})`;
    case 'and':
    case 'or':
      return `(${condition.terms.map((term) => toSql(term, names)).join(` ${condition.op} `)})`;
    default:
      return atomSql(condition, names);
  }
}

function atomSql(atom: Atom, names: SqlNames): string {
  const { row } = names;
  const confidentiality = `${row}.confidentiality`;
  const orUnlabelled = (sql: string): string => `(${sql} or ${confidentiality} = ${UNLABELLED})`;
  switch (atom.op) {
    case 'type':
      return `${row}.type = any('{${atom.types.map(typeCode).join(',')}}'::smallint[])`;
    case 'at-most':
      return atom.rank >= CONFIDENTIALITY.R
        ? `${confidentiality} <= ${atom.rank}`
        : `(${confidentiality} between 0 and ${atom.rank})`;
    case 'at-least':
      return orUnlabelled(`${confidentiality} >= ${atom.rank}`);
    case 'exactly':
      return orUnlabelled(`${confidentiality} = ${atom.rank}`);
    case 'labelled':
      return `(${row}.sensitivity & ${names.mask(atom.mask)}) <> 0`;
    case 'unlabelled':
      return `${confidentiality} = ${UNLABELLED}`;
    case 'own-record':
      return `coalesce(${names.owner}.patient_id = ${names.ownPatientId()}, false)`;
    case 'no-patient':
      return `${row}.patient is null`;
    case 'tied': {
      const state = atom.to === 'row' ? names.owner : names.subject;
      return `coalesce((${tiesSql(state)}) && ${names.tiesAs(atom.kinds)}, false)`;
    }
    case 'before':
      return `statement_timestamp() < to_timestamp(${atom.at / 1000})`;
    case 'actor-in':
      return slotsSql(atom, names, `${slice(atom, names)} && ${names.closure()}`);
    case 'instance-in': {
      const named = `${row}.id = any(${slice(atom, names)} collate "C")`;
      return `(${row}.type = ${typeCode(atom.type)} and ${slotsSql(atom, names, named)})`;
    }
    default:
      return contentSql(atom, names);
  }
}

type ContentAtom = Extract<
  Atom,
  {
    op:
      | 'refers-to'
      | 'authored-by'
      | 'coding'
      | 'class-coding'
      | 'profile'
      | 'within'
      | 'overlapping';
  }
>;

// With the functions of `0002_content.sql`, which read what `contentFactsOf` reads.
function contentSql(atom: ContentAtom, names: SqlNames): string {
  const { row } = names;
  const content = `${row}.content`;
  const orMissing = (sql: string, whenMissing: boolean): string =>
    whenMissing ? `(${sql} or ${content} is null)` : sql;
  const found = (source: string, list: string): string =>
    `exists (select from ${source} as con_found(value) where con_found.value = any(${list}))`;
  switch (atom.op) {
    case 'refers-to': {
      const slots = slice(atom, names);
      const references = found(`consent_references(${content}::jsonb - 'meta')`, slots);
      const itself = `${typeNameSql(row)} || '/' || ${row}.id = any(${slots})`;
      return slotsSql(atom, names, orMissing(`(${itself} or ${references})`, atom.whenMissing));
    }
    case 'authored-by': {
      const part = `consent_references(consent_author_part(${content}))`;
      const authored = slotsSql(atom, names, found(part, slice(atom, names)));
      const recorded = `exists (select from ${part})`;
      return atom.whenMissing
        ? `(${authored} or not ${recorded})`
        : `(${authored} and ${recorded})`;
    }
    case 'coding':
      return orMissing(
        found(`consent_codings(${content}::jsonb - 'meta')`, names.texts(atom.values)),
        atom.whenMissing,
      );
    case 'class-coding':
      return orMissing(
        found(`consent_codings(consent_class_part(${content}))`, names.texts(atom.values)),
        atom.whenMissing,
      );
    case 'profile': {
      const profiles = `jsonb_path_query(${content}::jsonb, '$.meta.profile[*]')`;
      const named = `exists (select from ${profiles} as con_found(value) \
where con_found.value #>> '{}' = any(${names.texts(atom.values)}))`;
      return orMissing(named, atom.whenMissing);
    }
    case 'within':
      return `(${datedSql(row)} and ${row}.at >= ${instantSql(atom.from, '-infinity')} \
and ${row}.at_end <= ${instantSql(atom.until, 'infinity')})`;
    case 'overlapping':
      return `(not ${datedSql(row)} or (${row}.at < ${instantSql(atom.until, 'infinity')} \
and ${row}.at_end >= ${instantSql(atom.from, '-infinity')}))`;
    default:
      return unreachable(atom);
  }
}

// A row without a clinical date has both bounds at -infinity; so has one without content.
const datedSql = (row: string): string =>
  `(${row}.content is not null and ${row}.at_end > '-infinity')`;

const instantSql = (ms: number | null, open: string): string =>
  ms === null ? `'${open}'::timestamptz` : `to_timestamp(${ms / 1000})`;

const typeNameSql = (row: string): string => `(${row}.content::jsonb ->> 'resourceType')`;

type SlotAtom = Extract<Atom, { first: number }>;

// SQL counts array elements from 1; a slice beyond the end is empty.
const slice = (atom: SlotAtom, names: SqlNames): string =>
  `(${names.subject}.residual[${atom.first + 1}:${atom.first + atom.count}])`;

function slotsSql(atom: SlotAtom, names: SqlNames, named: string): string {
  if (!atom.whenMissing) return `(${named})`;
  return `(${named} or cardinality(${names.subject}.residual) < ${atom.first + atom.count})`;
}
