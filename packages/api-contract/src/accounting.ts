import { z } from 'zod';
import { Count, FhirId, Instant, Reference, Words } from './primitives.ts';

/** Somebody who received what was disclosed; the address where it is known. */
export const Recipient = z
  .strictObject({ name: Words, address: Words.optional() })
  .meta({ id: 'Recipient' });

/** Grounds of 45 CFR 164.502 to 164.514; the last four take it out of the accounting. */
export const DisclosureGround = z
  .enum([
    'required-by-law',
    'public-health',
    'abuse-or-neglect',
    'oversight',
    'judicial',
    'law-enforcement',
    'decedents',
    'donation',
    'research',
    'threat',
    'government',
    'workers-compensation',
    'impermissible',
    'authorization',
    'national-security',
    'custody',
    'limited-data-set',
  ])
  .meta({ id: 'DisclosureGround' });

/** A disclosure that was made outside of this platform. */
export const ReportDisclosureRequest = z
  .strictObject({
    patient: FhirId,
    /** When it was made. */
    at: Instant,
    recipient: Recipient,
    /** What was disclosed, briefly. */
    what: Words,
    /** Why, briefly. */
    purpose: Words,
    ground: DisclosureGround,
  })
  .meta({ id: 'ReportDisclosureRequest' });
export type ReportDisclosureRequest = z.infer<typeof ReportDisclosureRequest>;

export const ReportedDisclosureAnswer = z
  .strictObject({
    /** When it was written down. */
    recordedBy: Reference,
    at: Instant,
  })
  .meta({ id: 'ReportedDisclosure' });

/** Disclosures to one recipient for one purpose, told as one. */
export const DisclosureSeries = z
  .strictObject({
    recipient: Recipient,
    purpose: Words,
    first: Instant,
    last: Instant,
    count: Count,
    what: z.array(Words),
    /** Ids of the audit records, oldest first. */
    records: z.array(z.uuid()),
  })
  .meta({ id: 'DisclosureSeries' });

/** An accounting of disclosures (45 CFR 164.528). */
export const AccountingAnswer = z
  .strictObject({
    patient: FhirId,
    /** Disclosures from here on ... */
    from: Instant,
    /** ... and before here. */
    until: Instant,
    disclosures: Count,
    series: z.array(DisclosureSeries),
    /** What the rule leaves out, or what was no disclosure, counted. */
    leftOut: z.array(z.strictObject({ because: z.string(), rule: Words, count: Count })),
  })
  .meta({ id: 'Accounting' });
export type AccountingAnswer = z.infer<typeof AccountingAnswer>;
