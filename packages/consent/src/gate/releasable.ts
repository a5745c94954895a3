import type { Bind } from '@holdfast/store';
import { type Condition, FALSE } from '../condition/condition.ts';
import { type SqlNames, toSql } from '../condition/to-sql.ts';
import type { GroupedClasses } from './class-groups.ts';
import type { ActorView } from './release-table.ts';

/** What the SQL form of a context is made of. */
export interface ReleasableParts {
  readonly noPatient: Condition;
  readonly primary: GroupedClasses;
  readonly other: GroupedClasses;
}

/** Parameters of one statement, so that its aliases share them. */
export class StatementParameters {
  readonly #bind: Bind;
  readonly #known = new Map<unknown, string>();

  constructor(bind: Bind) {
    this.#bind = bind;
  }

  once(value: unknown, type: string): string {
    let placeholder = this.#known.get(value);
    if (placeholder === undefined) {
      placeholder = `${this.#bind(value)}::${type}`;
      this.#known.set(value, placeholder);
    }
    return placeholder;
  }
}

const PATIENT = 'con_patient';
const OTHER = 'con_other';

/**
 * True exactly where `decide` releases, as one correlated scalar sub-select: the planner cannot
 * turn it into a join, so the order of the scan it filters stays. One primary-key probe of
 * `patient_state` a row, one more for each further patient the row names (A15).
 */
export function releasableSql(
  alias: string,
  parts: ReleasableParts,
  statement: { readonly actor: ActorView; readonly parameters: StatementParameters },
): string {
  const { actor, parameters } = statement;
  if (parts.primary.groups.length === 0 && parts.noPatient.op === 'false') return FALSE.op;
  const names = (subject: string): SqlNames => ({
    row: alias,
    subject,
    owner: PATIENT,
    tiesAs: (kinds) => parameters.once(actor.tieListAs(kinds), 'text[]'),
    closure: () => parameters.once(actor.closureList, 'text[]'),
    mask: (mask) => `${mask}::bigint`,
    texts: (values) => parameters.once(values, 'text[]'),
    ownPatientId: () =>
      actor.ownPatientId === undefined ? 'null::text' : parameters.once(actor.ownPatientId, 'text'),
  });
  const byClass = (subject: string, { groups, groupOf }: GroupedClasses): string => {
    if (groups.length === 0) return FALSE.op;
    // By position, whatever the number of classes: no list is searched for each row.
    const at = `[${subject}.consent_class + 1]`;
    const branches = groups.map(({ condition, masks }, index) => {
      let next = 0;
      const mask = (own: bigint): string => {
        const found = masks[next++] ?? own;
        if (typeof found === 'bigint') return `${found}::bigint`;
        return `(${parameters.once(found, 'bigint[]')})${at}`;
      };
      return `when ${index + 1} then ${toSql(condition, { ...names(subject), mask })}`;
    });
    return `case (${parameters.once(groupOf, 'integer[]')})${at} ${branches.join(' ')} else false end`;
  };
  return `(select case when ${alias}.patient is null then ${toSql(parts.noPatient, names(PATIENT))} \
else ${byClass(PATIENT, parts.primary)} end \
and (${alias}.other_patients is null or (select coalesce(bool_and(${byClass(OTHER, parts.other)}), true) \
from unnest(${alias}.other_patients) as con_named(patient) \
left join patient_state ${OTHER} \
on ${OTHER}.tenant = ${alias}.tenant and ${OTHER}.patient = con_named.patient)) \
from (select 1) as con_one left join patient_state ${PATIENT} \
on ${PATIENT}.tenant = ${alias}.tenant and ${PATIENT}.patient = ${alias}.patient)`;
}
