import { compareCursors } from './cursor.ts';
import type { EventHead, Interaction, Urgency } from './recorded-event.ts';
import type { Announced } from './wake-signal.ts';

/** There are new events, of any kind. */
export const BARE_WAKE = 'wake';
const PREFIX = `${BARE_WAKE} `;

/** PostgreSQL takes fewer than 8,000 bytes with a NOTIFY. */
export const WAKE_BYTES_MAX = 7_999;

const INTERACTIONS: readonly Interaction[] = ['create', 'update', 'delete'];
const URGENCIES: readonly Urgency[] = ['now', 'routine', 'none'];

/** Kinds of events that were committed, with the furthest position of each: what a push comes down to. */
export class CoalescedWakes {
  readonly #furthest = new Map<string, Announced>();

  add(announced: Announced): void {
    const { tenant, resourceType, interaction, urgency } = announced.head;
    const key = `${tenant} ${resourceType} ${interaction} ${urgency}`;
    const known = this.#furthest.get(key);
    // Whoever has read up to the furthest has read the others: positions are passed in order.
    if (known !== undefined && compareCursors(known.position, announced.position) >= 0) return;
    this.#furthest.set(key, announced);
  }

  /** @returns the message for what was added since the last call; null where that was nothing */
  take(): string | null {
    if (this.#furthest.size === 0) return null;
    const rows = [...this.#furthest.values()].map(({ position: { xid, id }, head }) => [
      head.tenant,
      head.resourceType,
      INTERACTIONS.indexOf(head.interaction),
      URGENCIES.indexOf(head.urgency),
      String(xid),
      String(id),
    ]);
    this.#furthest.clear();
    const message = `${PREFIX}${JSON.stringify(rows)}`;
    return Buffer.byteLength(message) > WAKE_BYTES_MAX ? BARE_WAKE : message;
  }
}

/** @returns null for no wake-up; `[null]`, which sweeps, for one that names nothing or is not understood */
export function readWake(message: string): readonly (Announced | null)[] | null {
  if (message === BARE_WAKE) return [null];
  if (!message.startsWith(PREFIX)) return null;
  try {
    const rows: unknown = JSON.parse(message.slice(PREFIX.length));
    const read = Array.isArray(rows) ? rows.map(announcedOf) : [null];
    return read.length === 0 || read.includes(null) ? [null] : read;
  } catch {
    return [null];
  }
}

function announcedOf(row: unknown): Announced | null {
  if (!Array.isArray(row)) return null;
  const parts: readonly unknown[] = row;
  const [tenant, resourceType, ofInteraction, ofUrgency, xid, id] = parts;
  const interaction = INTERACTIONS[Number(ofInteraction)];
  const urgency = URGENCIES[Number(ofUrgency)];
  if (typeof tenant !== 'number' || typeof resourceType !== 'string') return null;
  if (interaction === undefined || urgency === undefined) return null;
  if (!isPlace(xid) || !isPlace(id)) return null;
  const ofTenant = tenant as EventHead['tenant']; // as a process of ours wrote it
  const head = { tenant: ofTenant, resourceType, interaction, urgency };
  return { position: { xid: BigInt(xid), id: BigInt(id) }, head };
}

const isPlace = (text: unknown): text is string =>
  typeof text === 'string' && /^\d{1,20}$/.test(text);
