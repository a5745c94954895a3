import type { LogRecord } from '../log-record.ts';
import type { Period } from '../record-slices.ts';
import { classify, type Disclosure } from './classify.ts';
import { EXCLUSIONS, type Exclusion } from './purposes.ts';
import type { Recipient } from './reported-disclosure.ts';

/** Disclosures to one recipient for one purpose, told as one (45 CFR 164.528(b)(3)). */
export interface DisclosureSeries {
  readonly recipient: Recipient;
  readonly purpose: string;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** Kinds of data, in order. */
  readonly what: readonly string[];
  /** Ids of the records, oldest first: what receipts are about. */
  readonly records: readonly string[];
}

export interface LeftOut {
  readonly because: Exclusion;
  readonly rule: string;
  readonly count: number;
}

/** An accounting of disclosures (45 CFR 164.528). */
export interface Accounting {
  /** By their first disclosure. */
  readonly series: readonly DisclosureSeries[];
  readonly disclosures: number;
  /** What the rule leaves out, or what was no disclosure, counted. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Accounts for the disclosures of a patient's record that were made in a period.
 * @param records all about the patient, in any order: of the period, and reports made since
 */
export function account(
  records: readonly LogRecord[],
  { patientId, from, until }: Period & { readonly patientId: string },
): Accounting {
  const series = new Map<string, Disclosure[]>();
  const leftOut = new Map<Exclusion, number>();
  let disclosures = 0;
  for (const record of records) {
    const classified = classify(record, patientId);
    const at = Date.parse(
      classified.kind === 'disclosure' ? classified.disclosure.at : classified.at,
    );
    if (at < from || at >= until) continue;
    if (classified.kind === 'left-out') {
      leftOut.set(classified.because, (leftOut.get(classified.because) ?? 0) + 1);
      continue;
    }
    disclosures += 1;
    const { recipient, purpose } = classified.disclosure;
    const key = JSON.stringify([recipient.name, recipient.address ?? '', purpose]);
    const same = series.get(key);
    if (same === undefined) series.set(key, [classified.disclosure]);
    else same.push(classified.disclosure);
  }
  const all = [...series.values()].map(seriesOf);
  return {
    series: all.toSorted((a, b) => Date.parse(a.first) - Date.parse(b.first)),
    disclosures,
    leftOut: (Object.keys(EXCLUSIONS) as Exclusion[]).flatMap((because) => {
      const count = leftOut.get(because);
      return count === undefined ? [] : [{ because, rule: EXCLUSIONS[because], count }];
    }),
  };
}

function seriesOf(disclosures: readonly Disclosure[]): DisclosureSeries {
  const ordered = disclosures.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [first] = ordered;
  const last = ordered.at(-1);
  return {
    recipient: first?.recipient ?? { name: '' },
    purpose: first?.purpose ?? '',
    first: first?.at ?? '',
    last: last?.at ?? '',
    count: ordered.length,
    what: [...new Set(ordered.map(({ what }) => what))].toSorted(),
    records: ordered.map(({ auditId }) => auditId),
  };
}

/** The same with recipients named where a directory knows them. */
export function withNames(
  accounting: Accounting,
  names: ReadonlyMap<string, Recipient>,
): Accounting {
  const series = accounting.series.map((each) => {
    const known = names.get(each.recipient.name);
    if (known === undefined) return each;
    return { ...each, recipient: { ...known, name: `${known.name} (${each.recipient.name})` } };
  });
  return { ...accounting, series };
}

/** Six years before the end, to the day (45 CFR 164.528(a)(1)). */
export function sixYearsBefore(until: number): number {
  const end = new Date(until);
  return new Date(until).setUTCFullYear(end.getUTCFullYear() - 6);
}
