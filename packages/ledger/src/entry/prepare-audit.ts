import { hash } from 'node:crypto';
import { type Clock, type Random, type TenantId, uuidV7 } from '@holdfast/kernel';
import { fault } from '../errors.ts';
import { MAX_LEAF_BYTES } from '../limits.ts';
import { formatBody } from './audit-body.ts';
import type { AuditEvent, AuditRow } from './audit-event.ts';
import { sealLeaf } from './leaf.ts';
import type { AuditProducer } from './producer.ts';
import type { TagKey } from './tag-key.ts';

export interface AuditContext {
  readonly tenant: TenantId;
  readonly tagKey: TagKey;
  readonly producer: AuditProducer;
  readonly clock: Clock;
  readonly random: Random;
}

export const SALT_BYTES = 16;

/** What a leaf commits to. */
export interface Committed {
  readonly actor: string;
  readonly body: string;
  readonly salt: Uint8Array;
}

/**
 * Turns what happened into the record to store. Pure but for the producer's counter: whoever does
 * not store the row gives it back with `producer.release`.
 */
export function prepareAudit(event: AuditEvent, context: AuditContext): AuditRow {
  const { tenant, tagKey, producer } = context;
  const recorded = context.clock.now();
  const auditId = uuidV7({ ...context.clock, now: () => recorded }, context.random);
  const salt = Buffer.from(context.random.bytes(SALT_BYTES));
  const body = formatBody(event);
  const keyTag =
    event.patientId === null
      ? null
      : tagKey.tag({ kind: 'patient', tenant, value: event.patientId });
  const patientTag = event.patientTag ?? keyTag;
  const resourceTag =
    event.target === null ? null : tagKey.tag({ kind: 'resource', tenant, value: event.target });
  const contentTag =
    event.content === undefined
      ? null
      : tagKey.tag({ kind: 'content', tenant, value: event.content });
  const { n, voids } = producer.take();
  const leaf = Buffer.from(
    sealLeaf(
      {
        v: 1,
        id: auditId,
        ts: recorded.toISOString(),
        type: event.interaction,
        action: event.action,
        outcome: event.outcome,
        purpose: event.purposes,
        actor: tagKey.rememberedText({ kind: 'actor', tenant, value: event.actor }),
        patient: patientTag?.toString('base64url') ?? null,
        resource: resourceTag?.toString('base64url') ?? null,
        body: commitment({ actor: event.actor, body, salt }),
        ...(event.index !== undefined && {
          index: {
            root: Buffer.from(event.index.root).toString('base64url'),
            size: event.index.size,
          },
        }),
        ...(contentTag !== null && { content: contentTag.toString('base64url') }),
        producer,
        n,
        ...(voids.length > 0 && { void: voids }),
      },
      context,
    ),
  );
  const { actor, action, outcome } = event;
  const row = {
    ...{ auditId, recorded, actor, action, outcome, patientTag, leaf, body, salt, n, voids },
    keyTag,
  };
  if (leaf.length > MAX_LEAF_BYTES) {
    producer.release([row]);
    throw fault('LED_LEAF_TOO_LARGE');
  }
  return row;
}

/** SHA-256(salt || actor || NUL || body) in base64url: binds the two columns that name people. */
export function commitment({ actor, body, salt }: Committed): string {
  return hash('sha256', Buffer.concat([salt, Buffer.from(`${actor}\0${body}`)]), 'base64url');
}
