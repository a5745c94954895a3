import type { ConsentModel, Interval } from './consent-model.ts';

/** A consent and when it is in force: its period, cut where a newer one of its lineage starts. */
export interface InForce extends Interval {
  readonly consent: ConsentModel;
}

/**
 * A13, A14: which of one patient's consents are ever in force. A newer consent of the same lineage takes over
 * when it starts; its end does not revive what it replaced. Equals by date and version both stand.
 */
export function inForce(consents: readonly ConsentModel[]): readonly InForce[] {
  const active = consents.filter((each) => each.active && each.scope !== 'other');
  return active.flatMap((consent) => {
    const takeovers = active.filter((each) => supersedes(each, consent));
    const until = Math.min(consent.period.until, ...takeovers.map(({ period }) => period.from));
    return consent.period.from < until ? [{ consent, from: consent.period.from, until }] : [];
  });
}

function supersedes(newer: ConsentModel, older: ConsentModel): boolean {
  if (newer.lineage === undefined || newer.lineage !== older.lineage) return false;
  const [a, b] = [newer.dateTime ?? 0, older.dateTime ?? 0];
  return a > b || (a === b && newer.version > older.version);
}
