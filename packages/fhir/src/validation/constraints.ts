import { type ConstraintRow, definitions } from '../definitions.ts';
import { compileTruth } from '../fhirpath/compile.ts';
import { FhirPathError } from '../fhirpath/fhirpath-error.ts';
import { Item, resourceItem } from '../fhirpath/item.ts';
import { parseFhirPath } from '../fhirpath/parse.ts';
import type { Truth } from '../fhirpath/scope.ts';
import type { JsonObject } from '../json.ts';
import type { Property, Shape } from '../structure.ts';
import type { Check, Rule } from './check.ts';
import { correctedExpression } from './corrected-constraints.ts';
import type { Finding, Report } from './report.ts';

interface Constraint {
  readonly holds: Truth;
  readonly finding: Finding;
}

/** The constraints on objects of a shape, compiled. */
export function constraintRules(shape: Shape): readonly Rule[] {
  return rowsAt(shape.path).map((row) => {
    const constraint = compileConstraint(row);
    return (node, report) => test(constraint, new Item(shape.type, node, shape), report);
  });
}

/** The constraints an element adds to those of its type; undefined where it adds none. */
export function elementConstraints(holder: Shape, property: Property): Check | undefined {
  // A backbone element's constraints are those of its shape.
  if (property.shape !== null && property.shape.path !== property.shape.type) return undefined;
  const constraints = rowsAt(`${holder.path}.${property.row.n}`).map(compileConstraint);
  if (constraints.length === 0) return undefined;
  const { type, shape } = property;
  return (value, report) => {
    const item = new Item(type, value, shape);
    for (const constraint of constraints) test(constraint, item, report);
  };
}

function rowsAt(path: string): readonly ConstraintRow[] {
  const root = path.split('.', 1)[0] ?? path;
  return definitions().types[root]?.constraints[path] ?? [];
}

/** @throws FhirPathError for an expression outside the engine: a test compiles them all */
export function compileConstraint(row: ConstraintRow): Constraint {
  return {
    holds: compileTruth(parseFhirPath(correctedExpression(row))),
    finding: {
      code: 'invariant',
      diagnostics: `${row.key}: ${row.human}`,
      mend: 'Change the element until the rule holds.',
    },
  };
}

function test({ holds, finding }: Constraint, item: Item, report: Report): void {
  const context = [item];
  const scope = {
    environment: {
      resource: itemOf(report.resource),
      rootResource: itemOf(report.root),
      context,
    },
    self: context,
    index: 0,
    total: [],
    visits: 0,
    fixed: new Map(),
  };
  try {
    if (holds(scope) !== true) report.add(finding);
  } catch (problem) {
    if (!(problem instanceof FhirPathError)) throw problem;
    report.add(finding);
  }
}

const items = new WeakMap<JsonObject, Item>();

/** The resource as an item, made once for all the constraints inside it. */
function itemOf(resource: JsonObject): Item {
  let item = items.get(resource);
  if (item === undefined) {
    item = resourceItem(resource);
    items.set(resource, item);
  }
  return item;
}
