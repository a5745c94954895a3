import {
  editAsWritten,
  type Issue,
  type Resource,
  type SearchEntry,
  type SearchQuery,
  searchsetBundle,
  subsetResource,
} from '@holdfast/fhir';
import { ok } from '@holdfast/kernel';
import type { SearchPage, StoredVersion } from '@holdfast/store';
import type { Audited } from '../audit-trail.ts';
import { noticeTo, obliged } from './obliged.ts';

export interface SearchAnswer {
  /** To whom it goes: what travels with the data depends on it. */
  readonly who: Audited;
  readonly query: SearchQuery;
  /** As the caller gave them, address and form together. */
  readonly parameters: URLSearchParams;
  readonly page: SearchPage;
  /** Root of the FHIR interface, without a slash at its end. */
  readonly root: string;
  /** Where the search was sent, below the root: `/Patient`, `/Patient/1/Observation`, ``. */
  readonly path: string;
}

/** The searchset of one page (https://hl7.org/fhir/R4/http.html#search), as JSON text. */
export function searchBundle(answer: SearchAnswer): string {
  const { who, query, parameters, page, root, path } = answer;
  const used = usedParameters(query, parameters);
  const at = (changes: Readonly<Record<string, string>>): string => {
    const text = new URLSearchParams(used);
    for (const [name, value] of Object.entries(changes)) text.set(name, value);
    const given = text.toString();
    return `${root}${path}${given === '' ? '' : `?${given}`}`;
  };
  const links: { relation: 'self' | 'next'; url: string }[] = [{ relation: 'self', url: at({}) }];
  if (page.next !== null) links.push({ relation: 'next', url: at({ _cursor: page.next }) });
  // `_elements` is about what was asked for; what came along stays whole.
  const { summary } = query;
  const versions = page.versions.map((version) => obliged(who, version));
  const included = page.included.map((version) => obliged(who, version));
  const beside = summary === undefined ? {} : { summary };
  return searchsetBundle({
    ...(page.total !== null && { total: page.total.value }),
    links,
    entries: [
      ...versions.map((version) => entry(version, 'match', { root, subset: query })),
      ...included.map((version) => entry(version, 'include', { root, subset: beside })),
    ],
    issues: [...issuesOf(query, page), ...noticesTo(who)],
  });
}

/** What the search was carried out with: without what was ignored, the page size as it was cut. */
function usedParameters(query: SearchQuery, given: URLSearchParams): URLSearchParams {
  const ignored = new Set(query.unknown);
  const used = new URLSearchParams([...given].filter(([name]) => !ignored.has(name)));
  if (used.has('_count') && used.get('_count') !== '0') used.set('_count', String(query.count));
  return used;
}

function entry(
  { type, id, content }: StoredVersion,
  mode: 'match' | 'include',
  { root, subset }: { root: string; subset: Pick<SearchQuery, 'summary' | 'elements'> },
): SearchEntry {
  const text = content ?? '{}';
  const whole = subset.summary === undefined && subset.elements === undefined;
  return {
    fullUrl: `${root}/${type}/${id}`,
    text: whole ? text : subsetText(text, subset),
    mode,
  };
}

/** Decimals keep their digits. */
export function subsetText(
  text: string,
  subset: Pick<SearchQuery, 'summary' | 'elements'>,
): string {
  const edited = editAsWritten([text], ([resource]) =>
    ok(subsetResource(resource as Resource, subset)),
  );
  return edited.ok ? edited.value : text;
}

function noticesTo(who: Audited): Issue[] {
  const notice = noticeTo(who);
  if (notice === undefined) return [];
  return [{ severity: 'information', code: 'informational', diagnostics: notice }];
}

function issuesOf(query: SearchQuery, page: SearchPage): Issue[] {
  const issues: Issue[] = query.unknown.map((parameter) => ({
    severity: 'warning',
    code: 'not-supported',
    diagnostics: `${parameter}: this parameter was ignored`,
    mend: 'Leave it away, or send "Prefer: handling=strict" to have it refused.',
  }));
  if (page.total !== null && !page.total.exact) {
    issues.push({
      severity: 'information',
      code: 'informational',
      diagnostics: `There are at least ${page.total.value} matches; counting stopped there.`,
    });
  }
  if (page.includedCut) {
    issues.push({
      severity: 'warning',
      code: 'too-costly',
      diagnostics: 'This page has more to include than is sent at once; some was left out.',
      mend: 'Ask for smaller pages with _count, or for fewer _include and _revinclude.',
    });
  }
  return issues;
}
