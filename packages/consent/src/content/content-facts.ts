import type { Resource } from '@holdfast/fhir';
import { clinicalTimeOf, type RowFacts } from '@holdfast/store';
import type { Interval } from '../model/consent-model.ts';
import { type FhirRecord, isRecord, textOf } from '../model/fhir-json.ts';

/**
 * What only few consents ask about and a row's columns do not say. Read from the version's own
 * content when it is asked for; the SQL form reads the same with the functions of `0002_content.sql`.
 */
export interface ContentFacts {
  /** Every coding outside `meta`, as `system|code`. */
  readonly codings: ReadonlySet<string>;
  /** Codings of the elements that say what kind of thing it is: category, type, class (A19). */
  readonly classCodings: ReadonlySet<string>;
  readonly profiles: ReadonlySet<string>;
  /** Literal references outside `meta`, without versions. */
  readonly references: ReadonlySet<string>;
  /** References of whoever made or stated it. */
  readonly authors: ReadonlySet<string>;
  /** The type's main clinical date as it is indexed; undefined where there is none. */
  readonly time: Interval | undefined;
}

const CLASS_ELEMENTS = ['category', 'type', 'class'] as const;

/** Top-level elements that name who made or stated a resource. */
const AUTHOR_ELEMENTS = (
  'agent assessor asserter author contributor enterer expressedBy informationSource performer ' +
  'recorder requester resultsInterpreter sender source'
).split(' ');

const known = new WeakMap<RowFacts, ContentFacts>();

/** Undefined where the row has no content: all of it is missing. */
export function contentFactsOf(row: RowFacts): ContentFacts | undefined {
  if (row.content === null) return undefined;
  let facts = known.get(row);
  if (facts === undefined) {
    facts = factsOf(JSON.parse(row.content) as unknown);
    known.set(row, facts);
  }
  return facts;
}

function factsOf(content: unknown): ContentFacts {
  const { meta, ...elements } = isRecord(content) ? content : {};
  const type = textOf(elements['resourceType']) ?? '';
  const authors = AUTHOR_ELEMENTS.filter(
    // Of a request, the performer is who is asked to act on it.
    (name) => name !== 'performer' || !type.endsWith('Request'),
  );
  const profiles = isRecord(meta) ? meta['profile'] : undefined;
  return {
    codings: codingsIn(elements),
    classCodings: codingsIn(CLASS_ELEMENTS.map((name) => elements[name])),
    profiles: new Set(Array.isArray(profiles) ? profiles.filter((each) => textOf(each)) : []),
    references: referencesIn(elements),
    authors: referencesIn(authors.map((name) => elements[name])),
    time: timeOf(elements),
  };
}

function* objectsIn(value: unknown): Generator<FhirRecord> {
  if (Array.isArray(value)) {
    for (const each of value) yield* objectsIn(each);
  } else if (isRecord(value)) {
    yield value;
    for (const each of Object.values(value)) yield* objectsIn(each);
  }
}

function codingsIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { code, system } of objectsIn(value)) {
    if (typeof code === 'string') found.add(`${typeof system === 'string' ? system : ''}|${code}`);
  }
  return found;
}

function referencesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { reference } of objectsIn(value)) {
    if (typeof reference === 'string') found.add(reference.replace(/\/_history\/[^/]+$/, ''));
  }
  return found;
}

function timeOf(elements: FhirRecord): Interval | undefined {
  // Stored content was validated as a resource before it was written.
  const resource = elements as unknown as Resource;
  const time = clinicalTimeOf(resource);
  return time && { from: time.start, until: time.end };
}
