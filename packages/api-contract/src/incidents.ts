import { z } from 'zod';
import { Count, FhirId, Instant, Reference, Slug, Words } from './primitives.ts';
import { Severity } from './signals.ts';

const IncidentId = z.uuid();

/** A name of a fact or of an anchor, e.g. `coveredEntity`. */
const FactName = z.string().regex(/^[a-z][A-Za-z0-9]{1,63}$/);

export const IncidentStatus = z.enum(['open', 'acknowledged', 'closed']);

/** One failure of the incident: its cause before its effects. */
const IncidentCause = z.strictObject({
  signal: z.string().max(80),
  cause: Slug,
  summary: Words,
  since: Instant,
  endedAt: Instant.optional(),
});

const common = {
  id: IncidentId,
  status: IncidentStatus,
  severity: Severity,
  /** What brought the rest about. */
  cause: Slug,
  summary: Words,
  nextStep: Words,
  openedAt: Instant,
  closedAt: Instant.optional(),
  /** Who takes care of it. */
  owner: z.string().max(200).optional(),
  causes: z.array(IncidentCause).min(1),
};

/** An incident in a list: what failed and how many people it reached. */
export const Incident = z
  .strictObject({ ...common, patients: z.strictObject({ count: Count }) })
  .meta({ id: 'Incident' });
export type Incident = z.infer<typeof Incident>;

/** Open ones first, each part with the newest first. */
export const IncidentList = z
  .strictObject({ incidents: z.array(Incident) })
  .meta({ id: 'IncidentList' });
export type IncidentList = z.infer<typeof IncidentList>;

export const TimelineEntry = z
  .strictObject({
    at: Instant,
    /** Absent: the machine. */
    author: z.string().max(200).optional(),
    kind: Slug,
    text: z.string().max(5_000),
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** What is not known yet and would settle a duty, or what a person answered. */
export const ExposureQuestion = z
  .strictObject({
    name: FactName,
    question: Words,
    /** null: nobody has answered. */
    answer: z.boolean().nullable(),
    /** Duties that it would settle. */
    settles: Count,
  })
  .meta({ id: 'ExposureQuestion' });
export type ExposureQuestion = z.infer<typeof ExposureQuestion>;

export const ExposureClock = z
  .strictObject({
    startedAt: Instant,
    startedBy: FactName,
    /** Counted from an earlier instant than the regulation names, until that one is recorded. */
    provisional: z.boolean(),
    /** From then on it is late. */
    dueBefore: Instant,
    /** Law enforcement asked for a delay until then. */
    heldUntil: Instant.optional(),
  })
  .meta({ id: 'ExposureClock' });

/** What a regulation asks for, given what is known. It informs; it is no legal advice. */
export const ExposureDuty = z
  .strictObject({
    regulation: z.strictObject({ id: Slug, title: Words, jurisdiction: z.string().max(10) }),
    id: Slug,
    notify: Words,
    citation: Words,
    verdict: z.enum(['required', 'not-required', 'undetermined']),
    /** Names of questions, or `whoIsAffected`, `residence`. */
    missing: z.array(FactName),
    clock: ExposureClock.optional(),
    /** The instant that its clock waits for. */
    missingAnchor: FactName.optional(),
    /** Its text was not read again in its source. */
    toBeConfirmed: z.boolean(),
  })
  .meta({ id: 'ExposureDuty' });
export type ExposureDuty = z.infer<typeof ExposureDuty>;

const RiskRating = z.int().min(1).max(5);

const Share = z.number().min(0).max(1);
const Tally = z.strictObject({ failed: Count, succeeded: Count });

/** Attribute values that hold together: words of closed lists, never an id. */
const Where = z.array(
  z.strictObject({ attribute: z.string().max(40), value: z.string().max(200) }),
);

/** Attribute values that set failures apart from successes, with what speaks for them. */
export const LocatedCause = z
  .strictObject({
    where: Where,
    /** The same in words. */
    summary: Words,
    evidence: Words,
    inside: Tally,
    outside: Tally,
    /** How many times likelier a failure is inside, with its 95 % interval. */
    riskRatio: z.strictObject({
      estimate: z.number().min(0),
      low: z.number().min(0),
      high: z.number().min(0),
    }),
    explains: Share,
    /** Other names of the same attempts. */
    sameAs: z.array(Where),
  })
  .meta({ id: 'LocatedCause' });
export type LocatedCause = z.infer<typeof LocatedCause>;

/** A change shortly before the first failure. */
export const IncidentSuspect = z
  .strictObject({
    kind: Slug,
    at: Instant,
    what: Words,
    /** Seconds from the change to the first failure. */
    beforeSeconds: z.number(),
    match: z.enum(['same', 'possible', 'other']),
    score: Share,
  })
  .meta({ id: 'IncidentSuspect' });
export type IncidentSuspect = z.infer<typeof IncidentSuspect>;

export const IncidentDetail = z
  .strictObject({
    ...common,
    /** What was known at this instant is what is told. */
    asOf: Instant,
    /** Where failures are set apart from successes; null where attempts say nothing. */
    located: z
      .strictObject({
        observed: Tally,
        /** Together they explain the failures; the weightiest first. */
        causes: z.array(LocatedCause),
        alternatives: z.array(LocatedCause),
      })
      .nullable(),
    /** The likeliest first. */
    suspects: z.array(IncidentSuspect),
    impact: z.strictObject({
      count: Count,
      /** By State, `EU`, `GB` or `elsewhere`. */
      residents: z.array(z.strictObject({ place: z.string().max(20), count: Count })),
      residenceUnknown: Count,
    }),
    /** DCB0129; null until a person has rated the hazard, or while nobody is affected. */
    safety: z.strictObject({ consequence: Slug, likelihood: Slug, rating: RiskRating }).nullable(),
    duties: z.array(ExposureDuty),
    questions: z.array(ExposureQuestion),
    anchors: z.array(
      z.strictObject({ name: FactName, question: Words, instant: Instant.nullable() }),
    ),
    timeline: z.array(TimelineEntry),
  })
  .meta({ id: 'IncidentDetail' });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

export const IncidentPatients = z
  .strictObject({ count: Count, ids: z.array(FhirId) })
  .meta({ id: 'IncidentPatients' });
export type IncidentPatients = z.infer<typeof IncidentPatients>;

const Because = z.string().trim().min(1).max(4_000);

/** What a person adds to a timeline. Nothing in it is ever changed; a later entry supersedes. */
export const IncidentEntryRequest = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('acknowledged') }),
    z.strictObject({ kind: z.literal('owned'), owner: Reference }),
    z.strictObject({ kind: z.literal('noted'), text: Because }),
    z.strictObject({
      kind: z.literal('answered'),
      question: FactName,
      /** null: the answer is withdrawn. */
      answer: z.boolean().nullable(),
      because: Because,
    }),
    z.strictObject({
      kind: z.literal('anchored'),
      anchor: FactName,
      instant: Instant,
      because: Because,
    }),
    z.strictObject({
      kind: z.literal('held'),
      form: z.enum(['written', 'oral']),
      from: Instant,
      until: Instant,
    }),
    z.strictObject({
      kind: z.literal('rated'),
      harm: z.enum(['life-changing', 'severe', 'moderate', 'minor']),
      likelihood: z.enum(['very-low', 'low', 'medium', 'high', 'very-high']),
      because: Because,
    }),
    z.strictObject({ kind: z.literal('closed'), because: Because }),
    z.strictObject({ kind: z.literal('reopened'), because: Because }),
  ])
  .meta({ id: 'IncidentEntryRequest' });
export type IncidentEntryRequest = z.infer<typeof IncidentEntryRequest>;
