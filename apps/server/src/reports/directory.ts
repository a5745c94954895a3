import type { Recipient } from '@holdfast/compliance';
import { isJsonObject, type JsonValue } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { read } from '@holdfast/store';
import { MAX_RECIPIENTS_NAMED } from '../limits.ts';
import { OPEN } from '../workers/subscription-records.ts';

/** Whom the directory names: staff and organisations, never patients. */
const NAMED = /^(Practitioner|Organization)\/([A-Za-z0-9.-]{1,64})$/;

/** Names and addresses of those recipients that the directory knows, by reference. */
export async function namesOf(
  db: Queryable,
  { tenant, recipients }: { readonly tenant: TenantId; readonly recipients: readonly string[] },
): Promise<ReadonlyMap<string, Recipient>> {
  const names = new Map<string, Recipient>();
  for (const reference of [...new Set(recipients)].slice(0, MAX_RECIPIENTS_NAMED)) {
    const [, type, id] = NAMED.exec(reference) ?? [];
    if (id === undefined || (type !== 'Practitioner' && type !== 'Organization')) continue;
    const outcome = await read(db, OPEN, { tenant, type, id });
    if (outcome.kind !== 'found') continue;
    const known = recipientOf(JSON.parse(outcome.version.content ?? '{}') as JsonValue);
    if (known !== undefined) names.set(reference, known);
  }
  return names;
}

function recipientOf(resource: JsonValue): Recipient | undefined {
  if (!isJsonObject(resource)) return undefined;
  const name = nameIn(resource['name']);
  if (name === undefined) return undefined;
  const address = addressIn(resource['address']);
  return { name, ...(address !== undefined && { address }) };
}

/** `Organization.name` is a string, `Practitioner.name` a list of HumanName. */
function nameIn(name: JsonValue | undefined): string | undefined {
  if (typeof name === 'string') return name;
  const [first] = list(name);
  if (!isJsonObject(first)) return undefined;
  if (typeof first['text'] === 'string') return first['text'];
  return words([...list(first['prefix']), ...list(first['given']), first['family']], ' ');
}

function addressIn(address: JsonValue | undefined): string | undefined {
  const [first] = list(address);
  if (!isJsonObject(first)) return undefined;
  if (typeof first['text'] === 'string') return first['text'];
  const { line, postalCode, city, state, country } = first;
  return words([...list(line), postalCode, city, state, country], ', ');
}

const list = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];

function words(parts: readonly (JsonValue | undefined)[], between: string): string | undefined {
  const said = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  return said.length === 0 ? undefined : said.join(between);
}
