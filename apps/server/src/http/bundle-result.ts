import { STATUS_CODES } from 'node:http';
import { outcomeOf } from '@holdfast/api-contract';
import type { EntryResult } from '@holdfast/fhir';
import type { WriteOutcome } from '@holdfast/store';
import { faultOf } from './fault-of.ts';
import type { Returns } from './fhir-preference.ts';
import { DONE, statusOf } from './fhir-write-answer.ts';
import { InvalidBody } from './invalid-body.ts';

export const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`;

/** What the response says about an entry that was carried out. */
export function resultOf(
  index: number,
  outcome: WriteOutcome,
  returns: Returns | undefined,
): EntryResult {
  if (outcome.kind === 'nothing') return { index, status: statusText(204) };
  const version = outcome.kind === 'found' ? outcome.version : outcome.change;
  const { type, id, updated, content } = version;
  const deleted = outcome.kind === 'written' && outcome.change.interaction === 'delete';
  return {
    index,
    status: statusText(deleted ? 204 : statusOf(outcome)),
    ...(!deleted && { location: `${type}/${id}/_history/${version.version}` }),
    version: String(version.version),
    lastModified: updated,
    // What a condition found was not decided for reading; its address says enough.
    ...(returns === 'representation' &&
      outcome.kind === 'written' &&
      content !== null && { text: content }),
    ...(returns === 'OperationOutcome' && { outcome: DONE }),
  };
}

export interface Failure {
  readonly status: number;
  /** An OperationOutcome as JSON. */
  readonly outcome: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof InvalidBody) return error;
  const fault = faultOf(error);
  return { status: fault.row.status, outcome: JSON.stringify(outcomeOf(fault)) };
}

/** What the response of a batch says about an entry that was not. */
export const failedResult = (index: number, { status, outcome }: Failure): EntryResult => ({
  index,
  status: statusText(status),
  outcome,
});
