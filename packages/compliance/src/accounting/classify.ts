import { bodyOf, type LogRecord } from '../log-record.ts';
import { type Exclusion, exclusionOf, purposeWords } from './purposes.ts';
import {
  DISCLOSE,
  GROUNDS,
  groundExclusion,
  parseReport,
  type Recipient,
} from './reported-disclosure.ts';

/** One disclosure with what 45 CFR 164.528(b)(2) wants to be told of it. */
export interface Disclosure {
  readonly auditId: string;
  /** RFC 3339. */
  readonly at: string;
  /** Who received it: by name, or as the platform knows them. */
  readonly recipient: Recipient;
  readonly what: string;
  readonly purpose: string;
}

export type Classified =
  | { readonly kind: 'disclosure'; readonly disclosure: Disclosure }
  | { readonly kind: 'left-out'; readonly at: string; readonly because: Exclusion };

/** What gives out data: FHIR's reading interactions, and what is sent by itself. */
const RELEASING =
  /^(?:read|vread|GET|search-type|search-system|history-(?:instance|type|system)|operation(?:-.*)?|notification)$/;

/** Roles that ask for their own record, or act for who it is about (45 CFR 164.502(g)). */
const INDIVIDUALS: ReadonlySet<string> = new Set(['patient', 'proxy']);

/**
 * Whether a record about a patient is a disclosure to be accounted for. Nothing is left out but for a
 * reason the record itself proves: of an erased body, what is left (interaction, purpose) decides, and
 * whose employee somebody is it does not say, so that another purpose than care, payment and operations
 * counts whoever has it. Pure.
 */
export function classify(record: LogRecord, patientId: string): Classified {
  const { leaf, actor, auditId } = record;
  if (leaf.type === DISCLOSE) return reported(record);
  const leftOut = (because: Exclusion): Classified => ({ kind: 'left-out', at: leaf.ts, because });
  if (!isReleased(record)) return leftOut('not-released');
  const roles = bodyOf(record)?.roles ?? [];
  const isIndividual = roles.some((role) => INDIVIDUALS.has(role));
  if (actor === `Patient/${patientId}` || isIndividual) return leftOut('to-the-individual');
  const exclusion = exclusionOf(leaf.purpose);
  if (exclusion !== null) return leftOut(exclusion);
  const disclosure = {
    ...{ auditId, at: leaf.ts, recipient: { name: actor } },
    what: whatOf(record),
    purpose: purposeWords(leaf.purpose),
  };
  return { kind: 'disclosure', disclosure };
}

/** Of an erased body it is unknown whether anything was hidden: it counts as given out. */
function isReleased(record: LogRecord): boolean {
  const { outcome, type } = record.leaf;
  if (outcome !== 0 || !RELEASING.test(type)) return false;
  const body = bodyOf(record);
  if (body === null) return true;
  return body.decision !== null && body.decision[2] !== 'hide';
}

function reported(record: LogRecord): Classified {
  const { auditId, leaf } = record;
  const report = parseReport(bodyOf(record)?.target ?? null);
  if (report === null) {
    const recipient = { name: 'no longer known' };
    const gone = { auditId, at: leaf.ts, recipient, what: 'no longer known', purpose: 'not known' };
    return { kind: 'disclosure', disclosure: gone };
  }
  const { at, recipient, what, purpose, ground } = report;
  const because = groundExclusion(ground);
  if (because !== null) return { kind: 'left-out', at, because };
  const words = `${purpose} (${GROUNDS[ground]})`;
  return { kind: 'disclosure', disclosure: { auditId, at, recipient, what, purpose: words } };
}

/** What was given out, by kind: never an id of a resource, which would say nothing to a reader. */
export function whatOf(record: LogRecord): string {
  const { type } = record.leaf;
  if (type === 'operation-everything') return 'the whole record';
  if (type === 'operation-export') return 'the record, in an export';
  const target = bodyOf(record)?.target ?? null;
  if (target === null) return 'not known any more';
  const [, kind] = /^([A-Z][A-Za-z]+)(?=[/?]|$)/.exec(target) ?? [];
  if (kind === undefined) return 'parts of the record';
  return type.startsWith('search') ? `${kind}: search` : kind;
}
