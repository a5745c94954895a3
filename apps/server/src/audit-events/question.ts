import { type Period, type RecordPosition, timeOf } from '@holdfast/compliance';
import type { Criterion, Issue, SearchQuery } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import { unanswerable } from '@holdfast/subscriptions';

/** What a search for AuditEvents comes down to over the log. */
export interface AuditEventQuestion extends Period {
  /** The one patient they are about; undefined: whoever they are about. */
  readonly patientId: string | undefined;
  /** What each event must meet besides. */
  readonly criteria: readonly Criterion[];
}

const EVER: Period = { from: 0, until: Number.MAX_SAFE_INTEGER };

/**
 * Reads a parsed search as a question to the log. Pure.
 * @param asked.compartment the patient whose compartment is searched
 * @param asked.own the patient who asks, for whom that is the one where no other is named
 * @param asked.nowMs where the newest records are
 */
export function questionOf(
  query: SearchQuery,
  asked: {
    readonly compartment: string | undefined;
    readonly own: string | undefined;
    readonly nowMs: number;
  },
): Result<AuditEventQuestion, readonly Issue[]> {
  const issues = refusals(query);
  const named = patientsNamed(query.criteria);
  const { compartment, own } = asked;
  const patients = new Set([...(compartment === undefined ? [] : [compartment]), ...named]);
  if (patients.size > 1) {
    issues.push({
      severity: 'error',
      code: 'not-supported',
      diagnostics: 'patient: a search for audit events names one patient',
      mend: 'Ask for each patient by a search of its own.',
    });
  }
  const criteria = query.criteria.filter((criterion) => !isPatient(criterion));
  const period = query.criteria.reduce(within, EVER);
  const [patientId = own] = patients;
  if (patientId === undefined && period.from === EVER.from) {
    issues.push({
      severity: 'error',
      code: 'required',
      diagnostics: 'date: without a patient, a search for audit events states since when',
      mend: 'Add date=ge2026-11-24T00:00Z, or patient=ID.',
    });
  }
  if (issues.length > 0) return err(issues);
  const until = Math.min(period.until, asked.nowMs);
  return ok({ patientId, criteria, from: period.from, until });
}

function refusals(query: SearchQuery): Issue[] {
  const refused = (parameter: string, mend: string): Issue => ({
    severity: 'error',
    code: 'not-supported',
    diagnostics: `${parameter}: not for audit events, which are read from the log`,
    mend,
  });
  const sorted = query.sort.every(
    ({ param, direction }) =>
      (param === 'date' || param === '_lastUpdated') && direction === 'descending',
  );
  return [
    ...(sorted ? [] : [refused('_sort', 'Leave it out: the newest come first.')]),
    ...(query.includes.length === 0 ? [] : [refused('_include', 'Leave it out.')]),
    ...(query.total === undefined || query.total === 'none'
      ? []
      : [refused('_total', 'Leave it out, and follow the links to the last page.')]),
    ...(query.summary === 'count'
      ? [refused('_summary=count', 'Follow the links to the last page.')]
      : []),
    ...query.criteria
      .filter(unanswerable)
      .map(({ kind }) =>
        refused(kind, 'Leave out chains, _has, near, :in, :not-in, :above and :below.'),
      ),
  ];
}

/** Only `patient=ID` in one value is looked up by; with several, none of them is. */
function patientsNamed(criteria: readonly Criterion[]): string[] {
  return criteria.flatMap((criterion) =>
    criterion.kind === 'reference' && criterion.param === 'patient'
      ? criterion.values.map((value) => ('id' in value ? value.id : ''))
      : [],
  );
}

const isPatient = ({ kind, param }: Criterion & { readonly param?: string }): boolean =>
  kind === 'reference' && param === 'patient';

/** The period narrowed to what a criterion lets through; it is still held against each event. */
function within(period: Period, criterion: Criterion): Period {
  const bounds = boundsOf(criterion);
  if (bounds.length === 0) return period;
  return {
    from: Math.max(period.from, Math.min(...bounds.map(({ from }) => from))),
    until: Math.min(period.until, Math.max(...bounds.map(({ until }) => until))),
  };
}

function boundsOf(criterion: Criterion): Period[] {
  switch (criterion.kind) {
    case 'date':
      return criterion.param === 'date' ? criterion.values.map(periodOf) : [];
    case 'lastUpdated':
      return criterion.values.map(periodOf);
    case 'id':
      if (criterion.modifier === 'not') return [];
      return criterion.values.map((id) => {
        const at = timeOf(id)?.getTime();
        return at === undefined ? { from: 0, until: 0 } : { from: at, until: at + 1 };
      });
    default:
      return [];
  }
}

/** Instants of a millisecond that meet a date's value: see `DateValue`. */
function periodOf({
  prefix,
  start,
  end,
}: Extract<Criterion, { kind: 'date' }>['values'][number]): Period {
  switch (prefix) {
    case 'eq':
    case 'ap':
      return { from: start, until: end };
    case 'ne':
      return EVER;
    case 'ge':
      return { ...EVER, from: start };
    case 'gt':
    case 'sa':
      return { ...EVER, from: end };
    case 'le':
      return { ...EVER, until: end };
    case 'lt':
    case 'eb':
      return { ...EVER, until: start };
  }
}

/** A position as a sealed cursor holds it. */
export const sealedPosition = ({ recorded, auditId }: RecordPosition) => ({
  key: auditId,
  values: [recorded],
});
