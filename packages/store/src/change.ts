import type { Urgency } from '@holdfast/events';
import type { Resource } from '@holdfast/fhir';
import { type Clock, type Random, uuidV7 } from '@holdfast/kernel';
import { contentText } from './content.ts';
import { storeFault, Withheld } from './errors.ts';
import { type IndexDictionary, NO_INDEX_ROWS } from './index-rows.ts';
import { type Described, describe, indexed } from './indexed.ts';
import type { DecidedVersion } from './postgres/fenced.ts';
import type { StoredVersion } from './stored-row.ts';
import type { Content, SettledIntent } from './write-intent.ts';
import type { Change } from './write-plan.ts';

export interface Labels {
  readonly confidentiality: number;
  readonly sensitivity: bigint;
  /** Number of the label sets they were made by: `tenant_state.labelling` when the write commits. */
  readonly labelling: number;
  /** It says what the Encounter it is part of was about: all that is part of it shares its labels. */
  readonly labelsEncounter: boolean;
}

/** What a change is made with; `describe` may remember what it took apart before. */
export interface ChangeTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly dictionary: IndexDictionary;
  /** Security labels of a resource; see `@holdfast/consent`. */
  readonly labelsOf: (resource: Resource) => Labels;
  /** How soon decision support looks at what is written; see `@holdfast/inference`. */
  readonly urgencyOf: (resource: Resource, now: Date) => Urgency;
  readonly describe: (resource: Resource) => Described;
  /** Whether PUT of an id that is not in use creates the resource. */
  readonly updateCreates: boolean;
}

type Changing = Exclude<SettledIntent, { kind: 'found' | 'nothing' }>;

/**
 * The change that an intent makes to what is stored now.
 * @param row the current version and whether this writer may touch it; undefined for none
 * @returns null where there is nothing to do: a delete of what is deleted already
 * @throws Fault as docs/writing.md states for absent, hidden and changed resources
 */
export function changeOf(
  intent: Changing,
  row: DecidedVersion | undefined,
  tools: ChangeTools,
): Change | null {
  // What the writer may not touch counts as not there, except that its id is taken.
  const before = row?.released === true ? row.version : undefined;
  if (
    intent.kind !== 'create' &&
    intent.ifMatch !== undefined &&
    intent.ifMatch !== before?.version
  ) {
    throw storeFault('STORE_VERSION_CONFLICT');
  }
  switch (intent.kind) {
    case 'create':
      return written(intent, undefined, tools);
    case 'put':
      refusePut(intent, row, tools);
      return written(intent, before, tools);
    case 'delete':
      if (before === undefined) throw notFound(row);
      return before.deleted ? null : deleted(before, tools);
    case 'patch': {
      if (before === undefined) throw notFound(row);
      if (before.content === null) throw storeFault('STORE_GONE');
      return written(intent.edit(before.content), before, tools);
    }
  }
}

function refusePut(
  intent: Changing & { kind: 'put' },
  row: DecidedVersion | undefined,
  { updateCreates }: ChangeTools,
): void {
  const inUse = row !== undefined && !(row.released && row.version.deleted);
  if (inUse && intent.ifAbsent === true) throw storeFault('STORE_ALREADY_THERE');
  if (inUse && intent.unmatched === true) throw storeFault('STORE_ID_IN_USE');
  if (row !== undefined && !row.released) throw notFound(row);
  if (row === undefined && !updateCreates && intent.unmatched !== true) {
    throw storeFault('STORE_NOT_FOUND');
  }
}

/** The answer is the same; only the audit learns whose data was withheld. */
const notFound = (row: DecidedVersion | undefined) =>
  storeFault('STORE_NOT_FOUND', row && { cause: new Withheld(row.version.facts) });

/** Never before the version it follows, whatever a clock says. */
function instantAfter(before: StoredVersion | undefined, clock: Clock): string {
  const now = clock.now().toISOString();
  return before !== undefined && before.updated > now ? before.updated : now;
}

function written(content: Content, before: StoredVersion | undefined, tools: ChangeTools): Change {
  const { resource } = content;
  const updated = instantAfter(before, tools.clock);
  const version = (before?.version ?? 0) + 1;
  const described = tools.describe(resource);
  return {
    interaction: before === undefined || before.deleted ? 'create' : 'update',
    type: resource.resourceType,
    id: resource.id,
    key: before?.key ?? null,
    expected: before?.version ?? 0,
    version,
    updated,
    content: contentText(content, { version, updated }),
    ...tools.labelsOf(resource),
    place: resource.resourceType,
    references: described.references,
    versioned: described.versioned,
    referencePaths: described.referencePaths,
    ...indexed(resource, described, tools.dictionary),
    ...outgoing(before, tools),
    eventId: uuidV7(tools.clock, tools.random),
    urgency: tools.urgencyOf(resource, tools.clock.now()),
  };
}

function deleted(before: StoredVersion, tools: ChangeTools): Change {
  const { facts } = before;
  return {
    interaction: 'delete',
    type: before.type,
    id: before.id,
    key: before.key,
    expected: before.version,
    version: before.version + 1,
    updated: instantAfter(before, tools.clock),
    content: null,
    confidentiality: facts.confidentiality,
    sensitivity: facts.sensitivity,
    labelling: null,
    labelsEncounter: false,
    place: before.type,
    references: [],
    versioned: [],
    referencePaths: new Map(),
    at: '-infinity',
    atEnd: '-infinity',
    owner: facts.patientId,
    ownerBy: 0,
    others: [],
    rows: NO_INDEX_ROWS,
    ...outgoing(before, tools),
    eventId: uuidV7(tools.clock, tools.random),
    urgency: 'none',
  };
}

function outgoing(
  before: StoredVersion | undefined,
  { dictionary }: ChangeTools,
): Pick<Change, 'outgoing' | 'formerOwner'> {
  const formerOwner = before?.facts.patient ?? null;
  if (before === undefined || before.content === null) return { outgoing: null, formerOwner };
  const resource = JSON.parse(before.content) as Resource;
  return { outgoing: indexed(resource, describe(resource), dictionary), formerOwner };
}
