import type { Condition } from './condition.ts';
import type { Anchor, Jurisdiction } from './facts.ts';
import type { HolidayCalendar } from './holidays.ts';

/** When a duty is due. Days begin after the day of the anchor and end with the last one. */
export type Clock =
  | { readonly unit: 'calendar-days'; readonly count: number; readonly from: Anchor }
  | {
      readonly unit: 'business-days';
      readonly count: number;
      readonly from: Anchor;
      readonly holidays: HolidayCalendar;
    }
  | { readonly unit: 'hours'; readonly count: number; readonly from: Anchor }
  /** Calendar days after the end of the anchor's calendar year. */
  | { readonly unit: 'days-after-year-end'; readonly count: number; readonly from: Anchor };

/** One thing that has to be done about an incident, if its condition holds. */
export interface Duty {
  /** Unique within the regulation. */
  readonly id: string;
  readonly notify: string;
  readonly citation: string;
  /** In addition to the regulation's own. */
  readonly when?: Condition;
  /** null: "without undue delay", no number of days. */
  readonly clock: Clock | null;
  /** `to-be-confirmed`: the text was not read again in its source; the screen says so. */
  readonly reading: 'read' | 'to-be-confirmed';
}

/** A regulation on incidents, as data. It informs; it is no legal advice. */
export interface Regulation {
  /** Unique and append-only. */
  readonly id: string;
  readonly title: string;
  readonly jurisdiction: Jurisdiction;
  /** First day on which this text holds, by discovery; null = before any incident asked about. */
  readonly effectiveFrom: string | null;
  /** `proposed` ones are switched off unless asked for. */
  readonly status: 'in-force' | 'proposed';
  readonly applies: Condition;
  /** Whether a statement of law enforcement delays its notices. */
  readonly lawEnforcementDelay: boolean;
  readonly duties: readonly Duty[];
}
