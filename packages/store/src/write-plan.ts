import type { Urgency } from '@holdfast/events';
import { type ResourceType, typeOfCode } from '@holdfast/fhir';
import { invariant, type ResourceKey, type TenantId } from '@holdfast/kernel';
import { type IndexRows, rowsMissingFrom } from './index-rows.ts';
import { planLocks, type WriteLocks } from './stream-lock.ts';

/** A version that a literal reference names. */
export interface VersionedName {
  readonly type: ResourceType;
  readonly id: string;
  /** As written: it need be no number. */
  readonly version: string;
}

export const versionName = ({ type, id, version }: VersionedName): string =>
  `${type}/${id}/_history/${version}`;

/** What a stored version is found by, beside its content. */
export interface Indexed {
  /** Main clinical date as a range of RFC 3339 instants; `-infinity` where the type has none. */
  readonly at: string;
  readonly atEnd: string;
  readonly rows: IndexRows;
  /** Patient id of the compartment's owner, and of other patients named. */
  readonly owner: string | null;
  /** Parameters that name the owner, as in `resource.owner_by`. */
  readonly ownerBy: number;
  readonly others: readonly string[];
}

/** One resource to write, all facts known: the plan only arranges them. */
export interface Change extends Indexed {
  readonly interaction: 'create' | 'update' | 'delete';
  readonly type: ResourceType;
  readonly id: string;
  /** Storage key; null for a create. */
  readonly key: ResourceKey | null;
  /** Version that must be current when the write happens; 0 for a create. */
  readonly expected: number;
  readonly version: number;
  readonly updated: string;
  /** null for a delete. */
  readonly content: string | null;
  readonly confidentiality: number;
  readonly sensitivity: bigint;
  /** As `Labels.labelling`; null for a delete, which labels nothing. */
  readonly labelling: number | null;
  readonly labelsEncounter: boolean;
  /** Local references in the content; each must exist or be written here too. */
  readonly references: readonly { readonly type: ResourceType; readonly id: string }[];
  /** Those that name a version, which must exist likewise. */
  readonly versioned: readonly VersionedName[];
  /** FHIRPath of the resource as the caller sent it. */
  readonly place: string;
  /** FHIRPath of the first place that holds each of them, by `Type/id` or `Type/id/_history/n`. */
  readonly referencePaths: ReadonlyMap<string, string>;
  /** Index state of the version that goes out; null for a create. */
  readonly outgoing: Indexed | null;
  /** Storage key of the patient that owns the outgoing version. */
  readonly formerOwner: ResourceKey | null;
  readonly eventId: string;
  readonly urgency: Urgency;
}

/** Parallel arrays for `store_write`, see `0003_write.sql`. */
export interface WritePlan {
  readonly locks: WriteLocks;
  readonly changes: readonly Change[];
  readonly targets: readonly {
    readonly position: number | null;
    readonly type: ResourceType;
    readonly id: string;
    /** A literal reference names it, so that it has to be there. */
    readonly required: boolean;
  }[];
  /** Versions that must be there. */
  readonly versioned: readonly VersionedName[];
  /** Per change: position in `targets`, 1-based. */
  readonly owner: readonly (number | null)[];
  readonly others: readonly (string | null)[];
  /** Per change without a patient of its own: position in `targets` of the resource whose patient it shares. */
  readonly inherits: readonly (number | null)[];
  /** What shares its labels with what it is part of; see `store_share_labels`. */
  readonly sharing: readonly Sharing[];
  readonly added: readonly IndexRows[];
  readonly referenceTargets: readonly (readonly number[])[];
  readonly outgoing: Readonly<Record<string, readonly object[]>> | null;
}

/** Positions in the changes and in `targets`, 1-based. */
export interface Sharing {
  readonly resource: number;
  readonly source: number;
  readonly raises: boolean;
}

/** Streams a change belongs to: its patient before and after, else the resource itself. */
function streamsOf(change: Change): string[] {
  const patients = new Set<string>();
  if (change.owner !== null) patients.add(`Patient/${change.owner}`);
  if (change.outgoing?.owner) patients.add(`Patient/${change.outgoing.owner}`);
  // A new resource without a patient has a stream that nobody else can know yet.
  if (patients.size === 0 && change.expected > 0) patients.add(`${change.type}/${change.id}`);
  return [...patients];
}

/** Whether what a resource refers to here must be there; the patient it belongs to always must. */
export type ReferencePolicy = 'enforced' | 'off';

/** Arranges the changes of one transaction. Pure: the same changes give the same plan. */
export function planWrite(
  tenant: TenantId,
  changes: readonly Change[],
  references: ReferencePolicy = 'enforced',
): WritePlan {
  const positions = new Map(
    changes.map((change, index) => [`${change.type}/${change.id}`, index + 1]),
  );
  const targets: WritePlan['targets'][number][] = [];
  const targetOf = new Map<string, number>();
  const target = (type: ResourceType, id: string, required = true): number => {
    const name = `${type}/${id}`;
    const known = targetOf.get(name);
    if (known !== undefined) return known;
    targets.push({ position: positions.get(name) ?? null, type, id, required });
    targetOf.set(name, targets.length);
    return targets.length;
  };
  // A tombstone stays with its patient whatever became of that patient: the function keeps it there.
  const owner = changes.map((change) =>
    change.owner === null || change.content === null ? null : target('Patient', change.owner),
  );
  const others = changes.map((change) =>
    change.others.length === 0 || change.content === null
      ? null
      : change.others.map((id) => target('Patient', id)).join(','),
  );
  const inherits = changes.map((change) => {
    const source = change.owner === null ? sourceOfPatient(change) : undefined;
    return source === undefined ? null : target(source.type, source.id);
  });
  const literal = changes.flatMap((change) => change.references);
  for (const { type, id } of literal) target(type, id, references === 'enforced');
  const sharing = changes.flatMap((change, index) => sharingOf(change, index + 1, target));
  const added = changes.map(addedRows);
  const referenceTargets = added.map((rows) =>
    rows.reference.map(([, code, id]) => {
      const type = typeOfCode(code);
      invariant(type !== undefined, 'STO-5 an index row names a known resource type');
      // After the literal ones: what only a canonical names is not required.
      return target(type, id, false);
    }),
  );
  return {
    locks: planLocks(tenant, changes.flatMap(streamsOf)),
    changes,
    targets,
    versioned: references === 'enforced' ? changes.flatMap((change) => change.versioned) : [],
    owner,
    others,
    inherits,
    sharing,
    added,
    referenceTargets,
    outgoing: outgoingRows(changes),
  };
}

/** What says where a resource came from is about whoever that resource is about. */
const sourceOfPatient = ({ type, references, referencePaths }: Change) =>
  type === 'Provenance'
    ? references.find((each) =>
        /\btarget\b/.test(referencePaths.get(`${each.type}/${each.id}`) ?? ''),
      )
    : undefined;

/** An Encounter's or EpisodeOfCare's labels go to what is part of it, and its new ones to what was before. */
function sharingOf(
  { type, id, content, references, labelsEncounter }: Change,
  resource: number,
  target: (type: ResourceType, id: string) => number,
): Sharing[] {
  if (content === null) return [];
  const wholes = references.filter((each) => holdsOthers(each.type));
  return [
    ...wholes.map((each) => ({
      resource,
      source: target(each.type, each.id),
      raises: labelsEncounter && each.type === 'Encounter',
    })),
    ...(holdsOthers(type) ? [{ resource, source: target(type, id), raises: false }] : []),
  ];
}

/** Whether resources are recorded as part of this one. */
export const holdsOthers = (type: ResourceType): boolean =>
  type === 'Encounter' || type === 'EpisodeOfCare';

/** A new sort key or owner moves every row that carries it. */
const movesRows = (change: Change): boolean =>
  change.outgoing !== null &&
  (change.outgoing.at !== change.at || change.outgoing.owner !== change.owner);

function keptRows(change: Change, rows: IndexRows): IndexRows {
  if (!movesRows(change)) return rows;
  return { ...rows, token: [], reference: [], uri: [] };
}

function addedRows(change: Change): IndexRows {
  if (change.outgoing === null) return change.rows;
  return rowsMissingFrom(keptRows(change, change.outgoing.rows), change.rows);
}

function outgoingRows(changes: readonly Change[]): WritePlan['outgoing'] {
  const out: Record<string, object[]> = {
    token: [],
    reference: [],
    uri: [],
    string: [],
    date: [],
    quantity: [],
    composite: [],
    position: [],
  };
  changes.forEach((change, index) => {
    if (change.outgoing === null) return;
    const gone = rowsMissingFrom(keptRows(change, change.rows), change.outgoing.rows);
    const resource = index + 1;
    for (const [param, code, system] of gone.token)
      out['token']?.push({ resource, param, code, system });
    for (const [param, type, id] of gone.reference)
      out['reference']?.push({ resource, param, type, id });
    for (const [param, uri] of gone.uri) out['uri']?.push({ resource, param, uri });
    for (const [param, folded, , exact] of gone.string)
      out['string']?.push({ resource, param, folded, exact });
    for (const [param, start_at, end_at] of gone.date)
      out['date']?.push({ resource, param, start_at, end_at });
    // JSON has no infinity: open ends travel as text.
    for (const [param, unit, system, low, high] of gone.quantity)
      out['quantity']?.push({ resource, param, unit, system, low: `${low}`, high: `${high}` });
    for (const [
      param,
      code,
      system,
      text,
      text_system,
      ...[low, high, low2, high2]
    ] of gone.composite) {
      const numbers = { low: `${low}`, high: `${high}`, low2: `${low2}`, high2: `${high2}` };
      out['composite']?.push({ resource, param, code, system, text, text_system, ...numbers });
    }
    for (const [param, latitude, longitude] of gone.position)
      out['position']?.push({ resource, param, latitude, longitude });
  });
  const filled = Object.entries(out).filter(([, rows]) => rows.length > 0);
  return filled.length > 0 ? Object.fromEntries(filled) : null;
}
