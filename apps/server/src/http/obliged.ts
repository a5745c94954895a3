import { type Actor, obligationOf } from '@holdfast/consent';
import { editAsWritten, type JsonObject } from '@holdfast/fhir';
import { ok } from '@holdfast/kernel';
import type { StoredVersion } from '@holdfast/store';
import type { FastifyInstance } from 'fastify';
import type { Audited } from '../audit-trail.ts';

const HANDLING_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
/** Of the notice that the law wants to accompany what is disclosed. */
const NOTICE_HEADER = 'redisclosure-notice';

const noticed = new WeakMap<Audited, string>();

/**
 * A released version as it goes out: with the handling labels that the law has travel with it. The
 * notice is kept for the answer's header and, in a searchset, its outcome.
 */
export function obliged(who: Audited, version: StoredVersion): StoredVersion {
  const obligation = obligationOf(version.facts, who.actor);
  if (obligation === undefined || version.content === null) return version;
  noticed.set(who, obligation.notice);
  return { ...version, content: handled(version.content, obligation.handling) };
}

/** The same of a text that goes to a subscriber. */
export function obligedText(actor: Actor, { facts, content }: StoredVersion): string | null {
  const obligation = obligationOf(facts, actor);
  if (obligation === undefined || content === null) return content;
  return handled(content, obligation.handling);
}

/** Says of a request as a whole what is to be said of a part of it. */
export function passNotice(part: Audited, whole: Audited): void {
  const notice = noticeTo(part);
  if (notice !== undefined) noticed.set(whole, notice);
}

/** What the answer to a request has to say about its data; undefined for nearly every one. */
export const noticeTo = (who: Audited): string | undefined => noticed.get(who);

/** Puts the notice into the header of every answer that holds such data, whatever path it took. */
export function registerNotices(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    const { who } = request.facts;
    const notice = who === null ? undefined : noticeTo(who);
    if (notice !== undefined) reply.header(NOTICE_HEADER, notice);
  });
}

/** With the codes in `meta.security`; decimals keep their digits. */
function handled(text: string, codes: readonly string[]): string {
  const edited = editAsWritten([text], ([resource]) => ok(labelled(resource as JsonObject, codes)));
  return edited.ok ? edited.value : text;
}

function labelled(resource: JsonObject, codes: readonly string[]): JsonObject {
  const meta = (resource['meta'] ?? {}) as JsonObject;
  const security = (meta['security'] ?? []) as readonly JsonObject[];
  const missing = codes.filter((code) => !security.some((each) => each['code'] === code));
  const added = missing.map((code) => ({ system: HANDLING_SYSTEM, code }));
  return { ...resource, meta: { ...meta, security: [...security, ...added] } };
}
