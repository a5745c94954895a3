import { Fault } from '@holdfast/kernel';
import { Withheld, type WriteContext, type WriteIntent, type WriteOutcome } from '@holdfast/store';
import type { Audited } from '../audit-trail.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/** Whose write it is, what it may find and touch, and the records that commit with it. */
export function writeContext(
  { gates, audit, rules }: FhirRoutesOptions,
  who: Audited,
): WriteContext {
  return {
    gates: gates.gateSource(who.actor, 'write'),
    finds: gates.gateSource(who.actor, 'read'),
    actor: who.actor.principal,
    requestId: who.requestId,
    audit: audit.forWrite(who),
    check: (intents) => rules.check(intents, who),
  };
}

export interface AskedWrite {
  readonly intents: readonly WriteIntent[];
  /** `Type/id`, the criteria, or the bundle: what a record of a refusal is about. */
  readonly target: string;
  readonly context?: Pick<WriteContext, 'searched' | 'finish'>;
}

/**
 * Writes; a refusal is recorded too, with the patient whose data was withheld (invariant 2, No silent
 * answer). What was written carries its records itself.
 */
export async function auditedWrite(
  options: FhirRoutesOptions,
  who: Audited,
  { intents, target, context }: AskedWrite,
): Promise<readonly WriteOutcome[]> {
  try {
    return await options.repository.write(intents, { ...writeContext(options, who), ...context });
  } catch (error) {
    if (error instanceof Fault && error.row.status < 500) {
      const withheld = error.detail.cause instanceof Withheld ? [error.detail.cause.facts] : [];
      const access = { interaction: interactionOf(intents), action: 'U', target } as const;
      await options.audit.accessed(who, { ...access, outcome: 4, epoch: 0n }, withheld);
    }
    throw error;
  }
}

const INTERACTION: Readonly<Record<WriteIntent['kind'], string>> = {
  create: 'create',
  put: 'update',
  'put-matching': 'update',
  patch: 'patch',
  'patch-matching': 'patch',
  delete: 'delete',
  'delete-matching': 'delete',
};

function interactionOf(intents: readonly WriteIntent[]): string {
  const [only, ...more] = intents;
  return only === undefined || more.length > 0 ? 'transaction' : INTERACTION[only.kind];
}
