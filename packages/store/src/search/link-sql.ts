import { type Criterion, compartmentParameters, type ResourceType } from '@holdfast/fhir';
import { ownerBit, patientKeys } from './reference-sql.ts';
import { readsHidden } from './refuse-hidden.ts';
import {
  ofParameter,
  ofTypes,
  or,
  type RowContext,
  released,
  withParameter,
} from './search-context.ts';

type Kind<Name extends Criterion['kind']> = Extract<Criterion, { kind: Name }>;
type Compile = (criterion: Criterion, context: RowContext) => string;

/** The same statement with another alias of `resource`. */
function at(type: ResourceType, context: RowContext): RowContext {
  return { ...context, row: context.fresh(), types: [type] };
}

/**
 * A reference leads to a resource that meets a target's criterion. The access gate stands at the
 * alias of the resource that it leads to: what may not be seen can't be searched by.
 */
export function chainSql(criterion: Kind<'chain'>, context: RowContext, compile: Compile): string {
  const { row } = context;
  const { param, targets } = criterion;
  const parts: string[] = [];
  for (const { type, criterion: inner } of targets) {
    const target = at(type, context);
    const t = target.row;
    const meets = (): string => `${ofTypes([type], target)} and ${released(t, context)}
      and ${compile(inner, target)}`;
    const bit = ownerBit(param);
    if (bit > 0 && type === 'Patient') {
      parts.push(`(${row}.owner_by & ${bit} <> 0 and (select true from resource ${t}
        where ${t}.tenant = $1 and ${t}.key = ${row}.patient and ${meets()} limit 1) is true)`);
    }
    const x = context.fresh();
    parts.push(`((select true from reference_index ${x}
      join resource ${t} on ${t}.tenant = $1 and ${t}.key = ${x}.target
      where ${x}.tenant = $1 and ${x}.resource = ${row}.key and ${ofParameter(x, param, context)}
      and ${meets()} limit 1) is true)`);
  }
  return or(parts);
}

/** A resource of another type that meets a criterion points at the row; gated at that resource. */
export function hasSql(criterion: Kind<'has'>, context: RowContext, compile: Compile): string {
  const { row } = context;
  const { type, param, criterion: inner } = criterion;
  const source = at(type, context);
  const s = source.row;
  const meets = (): string => `${ofTypes([type], source)} and ${released(s, context)}
      and ${compile(inner, source)}`;
  const x = context.fresh();
  const parts = [
    `((select true from reference_index ${x}
      join resource ${s} on ${s}.tenant = $1 and ${s}.key = ${x}.resource
      where ${x}.tenant = $1 and ${x}.target = ${row}.key and ${withParameter(x, param, source)}
      and ${meets()} limit 1) is true)`,
  ];
  const bit = ownerBit(param);
  if (bit > 0) {
    parts.unshift(`((select true from resource ${s}
      where ${s}.tenant = $1 and ${s}.patient = ${row}.key and ${s}.owner_by & ${bit} <> 0
      and ${meets()} limit 1) is true)`);
  }
  return or(parts);
}

const namesInHidden = ({ types, gate }: RowContext): boolean =>
  types.some((type) =>
    compartmentParameters(type).some((param) => readsHidden([type], param, gate)),
  );

/** The row lies in the compartment: it is the resource itself or points at it as the type says. */
export function compartmentSql(
  criterion: Kind<'compartment'>,
  context: RowContext,
  compile: Compile,
): string {
  const { compartment, id } = criterion;
  const { row, types, bind } = context;
  const parts: string[] = [];
  if (compartment === 'Patient') {
    const patient = patientKeys([id], context);
    // By what is kept back a row is nobody's.
    if (namesInHidden(context)) {
      const own = `(${row}.owner_by <> 0 or ${ofTypes(['Patient'], context)})`;
      return `(${row}.patient = ${patient} and ${own})`;
    }
    parts.push(`(${row}.patient = ${patient} or ${row}.other_patients @> array[${patient}])`);
    return or(parts);
  }
  for (const type of types) {
    const params = compartmentParameters(type, compartment);
    const meets = params.map((param) =>
      compile(
        { kind: 'reference', param, values: [{ types: [compartment], id }] },
        { ...context, types: [type] },
      ),
    );
    if (type === compartment) meets.push(`${row}.id = ${bind(id)}`);
    if (meets.length === 0) continue;
    const any = or(meets);
    parts.push(types.length === 1 ? any : `(${ofTypes([type], context)} and ${any})`);
  }
  return or(parts);
}
