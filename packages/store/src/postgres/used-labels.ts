import { type ResourceType, resourceTypes } from '@holdfast/fhir';
import { META_VALUES_MAX } from '../limits.ts';
import { Parameters } from '../search/parameters.ts';
import { released, statementContext } from '../search/search-context.ts';
import { SNAPSHOT } from '../stored-row.ts';
import { fenced } from './fenced.ts';
import type { SearchContext } from './search.ts';

/** A coding or profile that some resource's `meta` holds; profiles have no system. */
export interface UsedLabel {
  readonly part: 'profile' | 'security' | 'tag';
  readonly system: string | null;
  readonly value: string;
}

/**
 * Which profiles, tags and security labels the resources of some types carry that the reader may
 * see, at most META_VALUES_MAX of each type and part. The index is walked from value to value, so a
 * label on a million resources costs what one on a single resource does.
 * @param types none for all
 */
export async function usedLabels(
  types: readonly ResourceType[],
  { db, tenant, dictionary, gates }: Omit<SearchContext, 'seal'>,
): Promise<{ readonly labels: readonly UsedLabel[]; readonly epoch: bigint }> {
  const numbers = (code: string) =>
    (types.length === 0 ? resourceTypes : types).flatMap(
      (type) => dictionary.knownParameter(type, code) ?? [],
    );
  const { extra, epoch } = await fenced<{ labels: UsedLabel[] | null }>(db, gates, (gate) => {
    const parameters = new Parameters();
    const { bind } = parameters;
    const visible = released('r', statementContext({ dictionary, gate, bind }));
    const limit = bind(META_VALUES_MAX);
    const tokens = (part: 'security' | 'tag') =>
      `select '${part}' as part, (select uri from token_system where id = w.system) as system, w.code as value
        from unnest(${bind(numbers(`_${part}`))}::smallint[]) p(param)
        cross join lateral (${walk('token_index', ['code', 'system'], visible)} limit ${limit}) w`;
    const profiles = `select 'profile', null, w.uri
      from unnest(${bind(numbers('_profile'))}::smallint[]) p(param)
      cross join lateral (${walk('uri_index', ['uri'], visible)} limit ${limit}) w`;
    const all = [tokens('security'), tokens('tag'), profiles].join('\n union ');
    return parameters.statement(
      tenant,
      `select snapshot.consent_epoch, snapshot.now_ms, null::bigint as key,
        (select json_agg(u order by u.part, u.system, u.value) from (${all}) u) as labels from ${SNAPSHOT}`,
    );
  });
  return { labels: extra?.labels ?? [], epoch };
}

/** The distinct values of parameter `p.param`, each of them on a resource that is visible. */
function walk(table: string, columns: readonly string[], visible: string): string {
  const of = (alias: string): string => columns.map((column) => `${alias}.${column}`).join(', ');
  const next = (after: string): string => `select ${of('x')} from ${table} x
    where x.tenant = $1 and x.param = p.param ${after} order by ${of('x')} limit 1`;
  const same = columns.map((column) => `x.${column} = v.${column}`).join(' and ');
  return `with recursive v as ((${next('')})
      union all select n.* from v cross join lateral (${next(`and (${of('x')}) > (${of('v')})`)}) n)
    select ${of('v')} from v where exists (select from ${table} x
      join resource r on r.tenant = $1 and r.key = x.resource
      where x.tenant = $1 and x.param = p.param and ${same} and ${visible})`;
}
