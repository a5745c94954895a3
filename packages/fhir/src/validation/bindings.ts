import { definitions, type ValueSetRow } from '../definitions.ts';
import { isJsonObject, listOf } from '../json.ts';
import type { Property } from '../structure.ts';
import type { Check } from './check.ts';
import { CODE_RULES } from './code-rules.ts';
import type { Finding } from './report.ts';

/** Longest list of codes that an issue spells out. */
const MAX_LISTED = 20;

/** The codes a required binding allows; undefined where there is none, or none that can be told. */
export function boundCode(
  property: Property,
): { readonly codes: Pick<ReadonlySet<unknown>, 'has'>; readonly finding: Finding } | undefined {
  const rule = CODE_RULES[property.row.b ?? ''];
  if (rule !== undefined) {
    const diagnostics = `not in the required value set ${property.row.b}`;
    return { codes: rule, finding: { code: 'code-invalid', diagnostics, mend: rule.mend } };
  }
  const bound = boundTo(property);
  if (bound === undefined) return undefined;
  return { codes: new Set<unknown>(bound.row.codes), finding: notBound(bound) };
}

/**
 * The check of a required binding of a Coding or CodeableConcept: one of the codings is in the
 * value set. A concept may say by extension why it has none.
 */
export function boundConcept(property: Property): Check | undefined {
  const bound = boundTo(property);
  if (bound === undefined) return undefined;
  const allowed = codingsOf(bound.row);
  const finding = notBound(bound);
  return (value, report) => {
    if (!isJsonObject(value)) return;
    const codings = property.type === 'Coding' ? [value] : listOf(value['coding']);
    if (codings.length === 0 && value['extension'] !== undefined) return;
    const isAllowed = codings.some(
      (coding) =>
        isJsonObject(coding) &&
        typeof coding['code'] === 'string' &&
        typeof coding['system'] === 'string' &&
        allowed.get(coding['system'])?.has(coding['code']) === true,
    );
    if (!isAllowed) report.add(finding);
  };
}

interface Bound {
  readonly url: string;
  readonly row: ValueSetRow;
}

function boundTo({ row: { b: url } }: Property): Bound | undefined {
  const row = url === undefined ? undefined : definitions().valueSets[url];
  return url === undefined || row === undefined ? undefined : { url, row };
}

function codingsOf(row: ValueSetRow): ReadonlyMap<string, ReadonlySet<string>> {
  const systems = row.systems ?? { [row.system ?? '']: row.codes };
  return new Map(Object.entries(systems).map(([system, codes]) => [system, new Set(codes)]));
}

function notBound({ url, row: { codes, system } }: Bound): Finding {
  const list = codes.length <= MAX_LISTED ? `one of ${codes.join(', ')}` : 'one of its codes';
  const of = system === undefined ? '' : ` of ${system}`;
  return {
    code: 'code-invalid',
    diagnostics: `not in the required value set ${url}`,
    mend: `Use ${list}${of}.`,
  };
}
