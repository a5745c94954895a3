import { z } from 'zod';
import { AccountingAnswer, Recipient } from './accounting.ts';
import { Count, FhirId, Instant, Reference, Words } from './primitives.ts';

export const PackKind = z.enum(['accounting', 'accesses', 'break-glass']).meta({ id: 'PackKind' });

const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

const Entry = z.strictObject({
  position: Count,
  /** As logged, byte for byte. */
  leaf: z.string().max(65_535),
  /** C2SP tlog-proof. */
  proof: z.string(),
  actor: z.string(),
  /** What the leaf commits to; null where it was erased. */
  body: z.strictObject({ salt: Base64, text: z.string() }).nullable(),
});

const Emergency = z.strictObject({
  id: z.uuid(),
  actor: Reference,
  reason: Words,
  openedAt: Instant,
  closedAt: Instant,
  verdict: z.enum(['justified', 'unjustified']).optional(),
  note: Words.optional(),
  reviewedBy: Reference.optional(),
});

/** One access to the record. */
const SeenBy = z.strictObject({
  record: z.uuid(),
  at: Instant,
  who: z.string(),
  roles: z.array(z.string()),
  interaction: z.string(),
  what: Words,
  purposes: z.array(z.string()),
  refused: z.boolean(),
});

const Step = z.strictObject({ record: z.uuid(), at: Instant, step: z.string(), by: z.string() });

/** By kind: what follows from the entries and the claims. */
const PackAnswer = z.union([
  AccountingAnswer.pick({ series: true, disclosures: true, leftOut: true }),
  z.strictObject({ accesses: z.array(SeenBy), actors: Count }),
  z.strictObject({
    emergencies: z.array(Emergency.extend({ steps: z.array(Step), during: z.array(z.uuid()) })),
    unreviewed: Count,
  }),
]);

/** An answer about one patient with all that is needed to check it without the platform. */
export const EvidencePackAnswer = z
  .strictObject({
    format: z.literal('holdfast-evidence-pack/1'),
    kind: PackKind,
    question: z.strictObject({
      patient: FhirId,
      from: Instant,
      until: Instant,
      askedBy: Reference,
      askedAt: Instant,
    }),
    log: z.strictObject({ key: z.string() }),
    /** What stands in no entry: told, not proved. */
    claims: z.strictObject({
      names: z.array(Recipient.extend({ reference: Reference })),
      emergencies: z.array(Emergency),
    }),
    answer: PackAnswer,
    entries: z.array(Entry),
    completeness: z.strictObject({
      tag: Base64,
      size: Count,
      siblings: z.array(Base64),
      other: z.strictObject({ tag: Base64, entries: Count, head: Base64 }).nullable(),
      rootLeaf: z.string(),
      rootProof: z.string(),
    }),
  })
  .meta({ id: 'EvidencePack' });
export type EvidencePackAnswer = z.infer<typeof EvidencePackAnswer>;
