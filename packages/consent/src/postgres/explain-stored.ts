import { typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { type Explanation, explain } from '../explain/explain.ts';
import type { ConsentModel } from '../model/consent-model.ts';
import { parseConsent } from '../model/parse-consent.ts';
import type { Rulebook } from '../rulebook.ts';
import {
  type AskedColumns,
  type AskedRow,
  askedValues,
  FIND_ASKED,
  foundRows,
} from './asked-rows.ts';

export interface StoredQuestion extends AskedRow {
  readonly actor: Actor;
  readonly action: Action;
  readonly rulebook: Rulebook;
}

export interface StoredExplanation {
  /** Undefined where there is no such patient, or no such resource of theirs. */
  readonly explanation: Explanation | undefined;
  readonly row: RowFacts | undefined;
  readonly epoch: bigint;
  /** The instant it was decided for, ms since 1970. */
  readonly nowMs: number;
}

// One statement: the row and the consents that decide about it are of one snapshot.
const EXPLAIN = {
  name: 'consent_explain',
  text: `with asked as materialized (${FIND_ASKED})
    select asked.*, (
      select coalesce(json_agg(json_build_object(
        'patient', c.patient::text, 'version', c.version, 'content', c.content) order by c.key), '[]')
      from resource c
      where c.tenant = $1 and c.type = $5 and not c.deleted
        and c.patient = any(asked.patient || coalesce(asked.other_patients, '{}'))) as consents
    from asked`,
};

interface ExplainColumns extends AskedColumns {
  readonly consents: readonly {
    readonly patient: string;
    readonly version: number;
    readonly content: string;
  }[];
}

/** Explains a decision on the consents on file, as of the statement's own clock. */
export async function explainStored(
  db: Queryable,
  question: StoredQuestion,
): Promise<StoredExplanation> {
  const { actor, action, rulebook } = question;
  const { rows: columns } = await db.query<ExplainColumns>({
    ...EXPLAIN,
    values: [...askedValues(actor.tenant, [question]), typeCode('Consent')],
  });
  const { rows, epoch, nowMs } = foundRows([question], columns);
  const [row] = rows;
  if (row === undefined) return { explanation: undefined, row, epoch, nowMs };
  const consentsOf = (patient: unknown): readonly ConsentModel[] =>
    (columns[0]?.consents ?? [])
      .filter((each) => each.patient === String(patient))
      .map(({ content, version }) => parseConsent(JSON.parse(content), version));
  const explanation = explain(
    { actor, action, nowMs, rulebook },
    {
      row,
      consents: consentsOf(row.patient),
      othersConsents: row.others.map(({ patient }) => consentsOf(patient)),
    },
  );
  return { explanation, row, epoch, nowMs };
}
