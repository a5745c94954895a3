import type { PlannedEntry } from '@holdfast/fhir';
import type { WriteIntent } from '@holdfast/store';
import { conditionOf } from './fhir-condition.ts';
import { type Identified, type Intake, tagVersion } from './fhir-exchange.ts';
import { patchOfEntry } from './fhir-patch.ts';

export type WriteEntry = Exclude<PlannedEntry, { readonly method: 'read' | 'refused' }>;
export type ReadEntry = Extract<PlannedEntry, { readonly method: 'read' }>;

/**
 * What an entry of a bundle wants written.
 */
export async function intentOf(entry: WriteEntry, intake: Intake): Promise<WriteIntent> {
  const at = `Bundle.entry[${entry.index}]`;
  const { type } = entry;
  switch (entry.method) {
    case 'create': {
      const { numbers, ifNoneExist } = entry;
      const unless = ifNoneExist !== undefined && {
        unless: await conditionOf(type, ifNoneExist, intake),
      };
      return { kind: 'create', at, resource: entry.resource as Identified, numbers, ...unless };
    }
    case 'update': {
      const { numbers, criteria, ownId = false, ifAbsent = false } = entry;
      const content = { at, resource: entry.resource as Identified, numbers, ...matchOf(entry) };
      return criteria === undefined
        ? { kind: 'put', ...content, ifAbsent }
        : {
            kind: 'put-matching',
            ...content,
            ownId,
            matching: await conditionOf(type, criteria, intake),
          };
    }
    case 'patch': {
      const { id, criteria = '' } = entry;
      const edit = { at, edit: patchOfEntry(entry.patch, intake), ...matchOf(entry) };
      return id === undefined
        ? { kind: 'patch-matching', ...edit, matching: await conditionOf(type, criteria, intake) }
        : { kind: 'patch', ...edit, type, id };
    }
    case 'delete':
      return { kind: 'delete', at, type, id: entry.id, ...matchOf(entry) };
    case 'delete-matching': {
      const matching = await conditionOf(type, entry.criteria, intake);
      return { kind: 'delete-matching', at, matching, ...matchOf(entry) };
    }
  }
}

const matchOf = ({ ifMatch }: { readonly ifMatch?: string }) =>
  ifMatch === undefined ? {} : { ifMatch: tagVersion(ifMatch) };
