import {
  err,
  ok,
  type PatientId,
  type ResourceKey,
  type Result,
  type TenantId,
} from '@holdfast/kernel';
import { z } from 'zod';
import { formatCursor, parseCursor } from '../cursor.ts';
import type { EventId, RecordedEvent } from '../recorded-event.ts';

const Whole = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt);
const Word = z.string().min(1).max(256);
const Small = z.int().min(0);

const Message = z.object({
  tenant: Small.transform((tenant) => tenant as TenantId),
  stream: Whole.transform((stream) => stream as ResourceKey),
  position: z.string().transform((text, context) => {
    const cursor = parseCursor(text);
    if (cursor !== null) return cursor;
    context.addIssue('no position');
    return z.NEVER;
  }),
  seq: Whole,
  eventId: z.guid().transform((id) => id as EventId),
  interaction: z.enum(['create', 'update', 'delete']),
  resourceType: Word,
  resourceId: Word,
  version: Small,
  patientId: Word.transform((id) => id as PatientId).nullable(),
  confidentiality: Small,
  sensitivity: Whole,
  urgency: z.enum(['now', 'routine', 'none']),
  actor: Word,
  requestId: Word,
  occurredAt: z.iso.datetime().transform((at) => new Date(at)),
});

/** The event as JSON; 64-bit numbers as text. Like the log it carries no clinical content. */
export function encodeEvent(event: RecordedEvent): string {
  const { position, stream, seq, sensitivity, occurredAt, ...plain } = event;
  return JSON.stringify({
    ...plain,
    position: formatCursor(position),
    stream: String(stream),
    seq: String(seq),
    sensitivity: String(sensitivity),
    occurredAt: occurredAt.toISOString(),
  });
}

/**
 * Reads a message. A broker is shared: nothing about what it brings is taken on trust.
 *
 * @returns error: which parts are wrong
 */
export function decodeEvent(text: string): Result<RecordedEvent, string> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return err('no JSON');
  }
  const read = Message.safeParse(given);
  return read.success
    ? ok(read.data)
    : err(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
