import type { ResourceType } from '@holdfast/fhir';
import type { RowFacts } from '@holdfast/store';
import type { Context } from '../compile/context.ts';
import type { OrgRule } from '../org/access-policy.ts';
import { purposeWithinAny } from '../purposes/purpose-of-use.ts';
import type { Rulebook } from '../rulebook.ts';
import { type ActorView, type ClassLookup, ReleaseTable } from './release-table.ts';

/** Elements of a type that the same rules keep back, and the decisions without those rules. */
interface Kept {
  readonly elements: readonly string[];
  readonly table: ReleaseTable;
}

/**
 * What a context's permits keep back of what they open. An element is shown where the policy without
 * the permits that keep it back opens the row as well: so whatever a row's labels, consents and
 * relationships say is asked again, by the same engine, and nothing has to be combined.
 */
export class Redactions {
  readonly #byType: ReadonlyMap<string, readonly Kept[]>;

  private constructor(byType: ReadonlyMap<string, readonly Kept[]>) {
    this.#byType = byType;
  }

  /** Undefined where no rule that may open something in the context keeps anything back. */
  static of(context: Context, rulebook: Rulebook, classes: ClassLookup): Redactions | undefined {
    const rules = rulebook.policy.rules.filter((rule) => keepsBack(rule, context));
    if (rules.length === 0) return undefined;
    const tables = new Map<string, ReleaseTable>();
    const without = (ids: readonly string[]): ReleaseTable => {
      const name = ids.join();
      const { policy, ...rest } = rulebook;
      const table =
        tables.get(name) ??
        new ReleaseTable(
          context,
          {
            ...rest,
            policy: { ...policy, rules: policy.rules.filter(({ id }) => !ids.includes(id)) },
          },
          classes,
        );
      tables.set(name, table);
      return table;
    };
    const byType = new Map<string, Kept[]>();
    for (const [name, ids] of keepersByElement(rules)) {
      const [type = '', element = ''] = name.split('.');
      byType.set(type, [...(byType.get(type) ?? []), { elements: [element], table: without(ids) }]);
    }
    return new Redactions(new Map([...byType].map(([type, kept]) => [type, together(kept)])));
  }

  /** Elements that may be kept back of some row of the type. */
  hides(type: ResourceType): readonly string[] {
    return (this.#byType.get(type) ?? []).flatMap(({ elements }) => elements);
  }

  /** Elements kept back of a row that is released. */
  of(row: RowFacts, actor: ActorView, nowMs: number): readonly string[] | 'unknown-class' {
    const kept = this.#byType.get(row.type);
    if (kept === undefined) return [];
    const hidden: string[] = [];
    for (const { elements, table } of kept) {
      const verdict = table.decide(row, actor, nowMs);
      if (verdict === 'unknown-class') return verdict;
      if (verdict === 'hide') hidden.push(...elements);
    }
    return hidden;
  }
}

const keepsBack = ({ redact = [], ...rule }: OrgRule, context: Context): boolean =>
  redact.length > 0 &&
  rule.effect === 'permit' &&
  rule.roles.some((role) => context.roles.includes(role)) &&
  rule.actions.includes(context.action) &&
  context.purposes.some((purpose) => purposeWithinAny(purpose, rule.purposes));

/** Which rules keep back an element, by `Type.element`. */
function keepersByElement(rules: readonly OrgRule[]): ReadonlyMap<string, readonly string[]> {
  const keepers = new Map<string, string[]>();
  for (const { id, redact = [] } of rules) {
    for (const name of new Set(redact)) keepers.set(name, [...(keepers.get(name) ?? []), id]);
  }
  return keepers;
}

/** Elements decided by the same table are decided once. */
function together(kept: readonly Kept[]): readonly Kept[] {
  const tables = new Map<ReleaseTable, string[]>();
  for (const { table, elements } of kept) {
    tables.set(table, [...(tables.get(table) ?? []), ...elements]);
  }
  return [...tables].map(([table, elements]) => ({ table, elements }));
}
