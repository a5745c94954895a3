import { type AnyConsumer, consumerOf, defineConsumer, type RecordedEvent } from '@holdfast/events';
import {
  factsOf,
  findCandidates,
  isDeprecated,
  judgeCandidates,
  type KeptLink,
  keepKeys,
  keepLinks,
  linkState,
  type NormalRecord,
  normalise,
  patientRecord,
  type Scorer,
  storedKeys,
} from '@holdfast/identity';
import type { Queryable } from '@holdfast/postgres';
import { lockStreams, readSeveral, type StoredVersion } from '@holdfast/store';
import { GATHER_MS } from '../limits.ts';
import { OPEN } from './subscription-records.ts';

/**
 * Matches a patient's record when the event of its change arrives: keys, links and questions for a
 * steward follow in the transaction that notes the event as handled. It goes by the record as it is
 * now, so a replay, or an event that a later one has overtaken, comes to the same.
 */
export function identityMatching(scorer: Scorer): AnyConsumer {
  return consumerOf(
    defineConsumer({
      group: 'identity-matching',
      handles: { resourceTypes: ['Patient'] },
      startFrom: 'origin',
      gatherMs: GATHER_MS,
      effect: (tx, event) => matchPatient(tx, event, scorer),
    }),
  );
}

/**
 * Nothing leaves the server here, so no consent is asked: a link is shown to who may see both. Under
 * the lock of the patient's stream, which a steward's verdict takes for both records: neither undoes
 * what the other wrote.
 */
export async function matchPatient(
  tx: Queryable,
  { tenant, resourceId: patient }: Pick<RecordedEvent, 'tenant' | 'resourceId'>,
  scorer: Scorer,
): Promise<void> {
  const at = { tenant, patient };
  await lockStreams(tx, tenant, [`Patient/${patient}`]);
  const [current] = await recordsOf(tx, tenant, [patient]);
  if (current === undefined) {
    await keepKeys(tx, at, []);
    await keepLinks(tx, at, []);
    return;
  }
  const keys = storedKeys(current);
  await keepKeys(tx, at, keys);
  const facts = await factsOf(tx, at);
  const found = await findCandidates(tx, { tenant, except: patient }, keys);
  const others = await recordsOf(tx, tenant, [...new Set([...found, ...facts.keys()])]);
  const links = judgeCandidates(current, others, scorer).flatMap(
    ({ record, score, judgement }): KeptLink[] => {
      const state = linkState({ score, judgement }, facts.get(record.id));
      return state === undefined ? [] : [{ other: record.id, state, score, judgement }];
    },
  );
  await keepLinks(tx, at, links);
}

/** Records in use, made comparable. */
async function recordsOf(
  tx: Queryable,
  tenant: number,
  ids: readonly string[],
): Promise<readonly NormalRecord[]> {
  if (ids.length === 0) return [];
  const names = ids.map((id) => ({ type: 'Patient' as const, id }));
  const { versions } = await readSeveral(tx, OPEN, { tenant, names });
  return versions.flatMap((version) => comparable(version) ?? []);
}

/** Undefined for a record that is not to be used any more. */
export function comparable({ id, content }: StoredVersion): NormalRecord | undefined {
  const patient = JSON.parse(content ?? '{}') as Readonly<Record<string, unknown>>;
  return isDeprecated(patient) ? undefined : normalise(patientRecord(patient, id));
}
