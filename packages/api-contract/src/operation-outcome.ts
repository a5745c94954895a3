import { Fault, type FaultDetail, type FaultRow } from '@holdfast/kernel';
import { z } from 'zod';
import { API_CATALOGUE } from './errors.ts';

/** System of the catalogue codes in `issue.details.coding`. */
export const FAULT_SYSTEM = 'urn:holdfast:fault';

/** Extension on an issue: what the caller can do about it. */
export const MEND_EXTENSION = 'urn:holdfast:mend';

const Coding = z.looseObject({ system: z.string().optional(), code: z.string().optional() });

const OutcomeIssue = z.looseObject({
  severity: z.enum(['fatal', 'error', 'warning', 'information']),
  code: z.string(),
  details: z
    .looseObject({ coding: z.array(Coding).optional(), text: z.string().optional() })
    .optional(),
  diagnostics: z.string().optional(),
  expression: z.array(z.string()).optional(),
  extension: z
    .array(z.looseObject({ url: z.string(), valueString: z.string().optional() }))
    .optional(),
});

/**
 * FHIR R4 OperationOutcome, as far as errors need it. FHIR's own type, so it is open where the
 * schemas of this package are strict.
 */
export const OperationOutcome = z
  .looseObject({ resourceType: z.literal('OperationOutcome'), issue: z.array(OutcomeIssue).min(1) })
  .meta({ id: 'OperationOutcome' });
export type OperationOutcome = z.infer<typeof OperationOutcome>;

/** The answer's body for a fault: `text` in details, the occurrence and the mend in diagnostics. */
export function outcomeOf({ code, row, detail }: Fault): OperationOutcome {
  const occurrence = detail.diagnostics === undefined ? [] : [detail.diagnostics];
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: row.issue,
        details: { coding: [{ system: FAULT_SYSTEM, code }], text: row.text },
        diagnostics: [...occurrence, row.mend].join(' '),
        ...(detail.expression === undefined ? {} : { expression: [...detail.expression] }),
        extension: [{ url: MEND_EXTENSION, valueString: row.mend }],
      },
    ],
  };
}

export interface RefusalHead {
  readonly status: number;
  /** From `Retry-After`; then the same request may succeed later. */
  readonly retryAfterSeconds?: number;
}

/** The fault that `outcomeOf` wrote, or the nearest one for an outcome written by others. */
export function faultOf(outcome: OperationOutcome, head: RefusalHead): Fault {
  const issue = outcome.issue[0];
  if (issue === undefined)
    return new Fault('API_UNNAMED_REFUSAL', API_CATALOGUE.API_UNNAMED_REFUSAL);
  const code = issue.details?.coding?.find(({ system }) => system === FAULT_SYSTEM)?.code;
  const mend = issue.extension?.find(({ url }) => url === MEND_EXTENSION)?.valueString ?? '';
  const written = issue.diagnostics ?? '';
  const occurrence = (
    written.endsWith(mend) ? written.slice(0, -mend.length || undefined) : written
  ).trim();
  const row: FaultRow = {
    status: head.status,
    issue: issue.code,
    text: issue.details?.text ?? API_CATALOGUE.API_UNNAMED_REFUSAL.text,
    mend,
    ...(head.retryAfterSeconds === undefined ? {} : { retryable: true }),
  };
  const detail: FaultDetail = {
    ...(issue.expression === undefined ? {} : { expression: issue.expression }),
    ...(occurrence === '' ? {} : { diagnostics: occurrence }),
    ...(head.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: head.retryAfterSeconds }),
  };
  return new Fault(code ?? 'API_UNNAMED_REFUSAL', row, detail);
}
