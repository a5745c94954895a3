import type { ChangeTools } from '../change.ts';
import { contentText } from '../content.ts';
import type { IndexDictionary } from '../index-rows.ts';
import { type Described, indexed } from '../indexed.ts';
import type { Identified } from '../write-intent.ts';
import type { Change } from '../write-plan.ts';

export interface BulkTools {
  readonly dictionary: IndexDictionary;
  readonly labelsOf: ChangeTools['labelsOf'];
  /** RFC 3339: when all of it is said to have been written. */
  readonly updated: string;
}

/** A resource as a write would create it, all facts known; it makes no event. */
export function creation(
  resource: Identified,
  described: Described,
  { dictionary, labelsOf, updated }: BulkTools,
): Change {
  return {
    interaction: 'create',
    type: resource.resourceType,
    id: resource.id,
    key: null,
    expected: 0,
    version: 1,
    updated,
    content: contentText({ resource }, { version: 1, updated }),
    ...labelsOf(resource),
    place: resource.resourceType,
    references: described.references,
    versioned: described.versioned,
    referencePaths: described.referencePaths,
    ...indexed(resource, described, dictionary),
    outgoing: null,
    formerOwner: null,
    eventId: '',
    urgency: 'none',
  };
}
