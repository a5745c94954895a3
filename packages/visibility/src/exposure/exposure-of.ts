import { Temporal } from 'temporal-polyfill';
import { type Condition, evaluate, type Missing, type Truth } from './condition.ts';
import { type Deadline, deadlineOf } from './deadline.ts';
import type { Anchor, ExposureFacts } from './facts.ts';
import type { Duty, Regulation } from './regulation.ts';

export type Verdict = 'required' | 'not-required' | 'undetermined';

/** What one duty comes to, given the facts. */
export interface DutyVerdict {
  readonly regulation: Regulation;
  readonly duty: Duty;
  readonly verdict: Verdict;
  /** What would settle an undetermined verdict. */
  readonly missing: readonly Missing[];
  /** Runs for required and undetermined duties; null where there is no clock or no anchor yet. */
  readonly deadline: Deadline | null;
  /** The anchor whose instant nobody has recorded, if the clock needs it. */
  readonly missingAnchor: Anchor | null;
}

/**
 * What an incident obliges to, by every regulation given. Pure: the same facts give the same
 * answer, years later too. An undetermined duty keeps its clock: not knowing stops no time.
 */
export function exposureOf(
  regulations: readonly Regulation[],
  facts: ExposureFacts,
): DutyVerdict[] {
  const day = dayOf(facts);
  return regulations
    .filter((regulation) => isInForce(regulation, day))
    .flatMap((regulation) => regulation.duties.map((duty) => dutyVerdict(regulation, duty, facts)));
}

function dutyVerdict(regulation: Regulation, duty: Duty, facts: ExposureFacts): DutyVerdict {
  const members = [regulation.applies, ...(duty.when === undefined ? [] : [duty.when])];
  const truth = evaluate({ all: members } satisfies Condition, facts);
  const verdict = VERDICTS[String(truth.value) as `${Truth['value']}`];
  const runs = verdict !== 'not-required' && duty.clock !== null;
  const deadline = runs
    ? deadlineOf(duty.clock, facts, { holdsDelay: regulation.lawEnforcementDelay })
    : null;
  const unrecorded = runs && (deadline === null || deadline.provisional);
  return {
    regulation,
    duty,
    verdict,
    missing: truth.value === null ? truth.missing : [],
    deadline,
    missingAnchor: unrecorded ? duty.clock.from : null,
  };
}

const VERDICTS = {
  true: 'required',
  false: 'not-required',
  null: 'undetermined',
} as const satisfies Record<`${Truth['value']}`, Verdict>;

/** The day of discovery, or what stands for it; null for an incident without any date. */
function dayOf({ anchors, timeZone }: ExposureFacts): Temporal.PlainDate | null {
  const at = anchors.discovered ?? anchors.detected ?? anchors.occurred;
  if (at === undefined) return null;
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
}

/** An incident without a date is of today's law. */
function isInForce({ effectiveFrom }: Regulation, day: Temporal.PlainDate | null): boolean {
  if (effectiveFrom === null || day === null) return true;
  return Temporal.PlainDate.compare(day, Temporal.PlainDate.from(effectiveFrom)) >= 0;
}
