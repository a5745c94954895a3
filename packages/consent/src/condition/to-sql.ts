import { typeCode } from '@holdfast/fhir';
import { unreachable } from '@holdfast/kernel';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import type { Atom, Condition } from './condition.ts';

/** How the statement spells what a condition asks about. */
export interface SqlNames {
  /** Alias of `resource`. */
  readonly row: string;
  /** Alias of the `patient_state` row whose residual the condition's slots count in. */
  readonly subject: string;
  /** SQL text of the compartment patient's logical id. */
  readonly patientId: string;
  /** Parameter with the actor's closure, `text[]`; bound by the first atom that asks. */
  closure(): string;
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
      return `(${row}.sensitivity & ${atom.mask}::bigint) <> 0`;
    case 'unlabelled':
      return `${confidentiality} = ${UNLABELLED}`;
    case 'own-record':
      return `coalesce(${names.patientId} = ${names.ownPatientId()}, false)`;
    case 'before':
      return `statement_timestamp() < to_timestamp(${atom.at / 1000})`;
    case 'actor-in':
      return slotsSql(atom, names, `${slice(atom, names)} && ${names.closure()}`);
    case 'instance-in': {
      const named = `${row}.id = any(${slice(atom, names)} collate "C")`;
      return `(${row}.type = ${typeCode(atom.type)} and ${slotsSql(atom, names, named)})`;
    }
    default:
      return unreachable(atom);
  }
}

type SlotAtom = Extract<Atom, { op: 'actor-in' | 'instance-in' }>;

// SQL counts array elements from 1; a slice beyond the end is empty.
const slice = (atom: SlotAtom, names: SqlNames): string =>
  `(${names.subject}.residual[${atom.first + 1}:${atom.first + atom.count}])`;

function slotsSql(atom: SlotAtom, names: SqlNames, named: string): string {
  if (!atom.whenMissing) return `(${named})`;
  return `(${named} or cardinality(${names.subject}.residual) < ${atom.first + atom.count})`;
}
