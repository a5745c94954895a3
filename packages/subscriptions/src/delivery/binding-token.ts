import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '@holdfast/kernel';

/** What a websocket may be bound to, until a moment. */
export interface Binding {
  readonly tenant: TenantId;
  readonly subscriptions: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A token that every process with the master secret can read; nothing of it is stored. */
export function sealBinding(master: Uint8Array, binding: Binding): string {
  const body = Buffer.from(JSON.stringify(binding)).toString('base64url');
  return `${body}.${macOf(master, body)}`;
}

/** @returns null where the token is not ours or too old */
export function openBinding(master: Uint8Array, token: string, nowMs: number): Binding | null {
  const [body = '', mac = ''] = token.split('.', 2);
  const [given, due] = [Buffer.from(mac), Buffer.from(macOf(master, body))];
  if (given.length !== due.length || !timingSafeEqual(given, due)) return null;
  const binding = JSON.parse(Buffer.from(body, 'base64url').toString()) as Binding; // sealed by us
  return binding.expiresAt > nowMs ? binding : null;
}

function macOf(master: Uint8Array, body: string): string {
  return createHmac('sha256', master).update(`websocket/${body}`).digest('base64url');
}
