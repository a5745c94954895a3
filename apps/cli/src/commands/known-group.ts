import { readGroups } from '@holdfast/events';
import { InvalidArgumentError } from 'commander';
import type { OwnerPool } from '../database-address.ts';

/** @throws InvalidArgumentError for a group that there is not: "none" would be an answer about it */
export async function refuseUnknownGroup(pool: OwnerPool, group: string): Promise<void> {
  const groups = (await readGroups(pool)).map((each) => each.group);
  if (groups.includes(group)) return;
  const known = groups.length === 0 ? 'none before the first start' : groups.join(', ');
  throw new InvalidArgumentError(`There is no consumer group ${group}. There are: ${known}.`);
}
