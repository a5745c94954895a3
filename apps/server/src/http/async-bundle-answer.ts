import {
  type EntryResult,
  isResourceId,
  isResourceType,
  transactionResponse,
} from '@holdfast/fhir';
import type { Audited } from '../audit-trail.ts';
import type { ReadEntry } from './bundle-intent.ts';
import { readEntry } from './bundle-read.ts';
import { failedResult, failureOf } from './bundle-result.ts';
import { notFound } from './fhir-exchange.ts';
import { auditedRead, releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/**
 * An entry of an asynchronous bundle as it is kept until somebody asks: without any content. What it
 * shows is read, decided and recorded when the answer goes out.
 */
export interface KeptResult {
  readonly kind: 'transaction' | 'batch';
  readonly result: EntryResult;
  /** The entry is a read: it is done again. */
  readonly read?: ReadEntry;
  /** `Prefer: return=representation`: the version written is read. */
  readonly represent?: boolean;
}

export function keptResult(
  kind: KeptResult['kind'],
  { text, ...result }: EntryResult,
  read: ReadEntry | undefined,
): string {
  const kept: KeptResult = {
    kind,
    result,
    ...(read !== undefined && { read }),
    ...(read === undefined && text !== undefined && { represent: true }),
  };
  return JSON.stringify(kept);
}

/** The response Bundle as JSON text. */
export async function bundleAnswer(
  options: FhirRoutesOptions,
  who: Audited,
  parts: ReadonlyMap<number, string>,
): Promise<string> {
  const results: EntryResult[] = [];
  let kind: KeptResult['kind'] = 'transaction';
  for (const part of parts.values()) {
    const kept = JSON.parse(part) as KeptResult; // written by keptResult
    ({ kind } = kept);
    results.push(await shown(options, who, kept));
  }
  return transactionResponse(kind, results);
}

async function shown(
  options: FhirRoutesOptions,
  who: Audited,
  { result, read, represent }: KeptResult,
): Promise<EntryResult> {
  try {
    if (read !== undefined && result.outcome === undefined) {
      return await readEntry(options, who, { entry: read, db: options.pool });
    }
    if (represent !== true || result.location === undefined) return result;
    const [type = '', id = '', , version] = result.location.split('/');
    if (!isResourceType(type) || !isResourceId(id)) throw notFound();
    const name = { tenant: who.actor.tenant, type, id };
    const outcome = await auditedRead(options, who, { ...name, version, db: options.pool });
    const { content } = releasedOf(who, outcome);
    return { ...result, ...(content !== null && { text: content }) };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.status >= 500) throw error;
    // A write stays done, though its content may not be seen any more.
    return read === undefined ? result : failedResult(result.index, failure);
  }
}
