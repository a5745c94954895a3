import type { Issue } from '../issue.ts';
import { operationOutcome } from '../operation-outcome.ts';

export interface SearchEntry {
  readonly fullUrl: string;
  /** Stored JSON text, spliced in without parsing. */
  readonly text: string;
  readonly mode: 'match' | 'include' | 'outcome';
  /** How well it matches, where that was asked (`Patient/$match`). */
  readonly match?: { readonly grade: string /** 0 to 1. */; readonly score: number };
}

const MATCH_GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';

export interface Searchset {
  /** Absent where no total was asked for. */
  readonly total?: number;
  readonly links: readonly { readonly relation: 'self' | 'next' | 'first'; readonly url: string }[];
  readonly entries: readonly SearchEntry[];
  /** Reported beside the matches, e.g. parameters that were not understood. */
  readonly issues?: readonly Issue[];
}

/** A searchset Bundle as JSON text. Texts of entries must be JSON; they are not looked at. */
export function searchsetBundle(set: Searchset): string {
  const parts = ['{"resourceType":"Bundle","type":"searchset"'];
  if (set.total !== undefined) parts.push(`,"total":${set.total}`);
  if (set.links.length > 0) parts.push(`,"link":${JSON.stringify(set.links)}`);
  const entries = set.entries.map(entryText);
  if (set.issues !== undefined && set.issues.length > 0) {
    const outcome = JSON.stringify(operationOutcome(set.issues));
    entries.push(`{"resource":${outcome},"search":{"mode":"outcome"}}`);
  }
  // FHIR JSON has no empty lists.
  if (entries.length > 0) parts.push(`,"entry":[${entries.join(',')}]`);
  parts.push('}');
  return parts.join('');
}

function entryText({ fullUrl, text, mode, match }: SearchEntry): string {
  const search =
    match === undefined
      ? { mode }
      : { extension: [{ url: MATCH_GRADE, valueCode: match.grade }], mode, score: match.score };
  return `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${text},"search":${JSON.stringify(search)}}`;
}
