import { err, ok, type Result } from '@holdfast/kernel';
import { element, numberElement } from '../fhir-reading.ts';
import type { ScoreOutput, ScorePart } from './score-output.ts';

/** A summed questionnaire as published: items of 0 to `maxPoints`, bands over the sum. */
export interface QuestionnaireTable {
  readonly id: string;
  readonly version: string;
  /** Where the table was published. */
  readonly source: string;
  /** LOINC codes. */
  readonly panel: string;
  readonly totalCode: string;
  readonly items: readonly { readonly code: string; readonly name: string }[];
  readonly maxPoints: number;
  /** LOINC answer codes to points. */
  readonly answers: Readonly<Record<string, number>>;
  /** Ascending; a band holds from `from` up to the next. */
  readonly bands: readonly { readonly from: number; readonly name: string }[];
  /** An item that matters whatever the total; its own signal is named here. */
  readonly safetyItem: { readonly code: string; readonly signal: string } | null;
}

/** Answers by item code; an item that is absent was not answered usably. */
export interface QuestionnaireInput {
  readonly answers: Readonly<Record<string, number>>;
  /** A total that someone stated beside or instead of the items. */
  readonly statedTotal: number | null;
  /** Item code to why its answer did not count. */
  readonly unusable: Readonly<Record<string, 'answer-unknown' | 'not-released'>>;
}

function isPoints(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

/** Reads an input that came over a process boundary. Error: what is wrong with it. */
export function readQuestionnaireInput(
  table: QuestionnaireTable,
  given: unknown,
): Result<QuestionnaireInput, string> {
  const answers: Record<string, number> = {};
  const unusable: Record<string, 'answer-unknown' | 'not-released'> = {};
  for (const { code } of table.items) {
    const points = element(element(given, 'answers'), code);
    const reason = element(element(given, 'unusable'), code);
    if (isPoints(points, table.maxPoints)) answers[code] = points;
    else if (points !== undefined) return err(`answer to ${code} is not 0 to ${table.maxPoints}`);
    if (reason === 'answer-unknown' || reason === 'not-released') unusable[code] = reason;
  }
  const stated = numberElement(given, 'statedTotal') ?? null;
  if (stated !== null && !isPoints(stated, table.maxPoints * table.items.length)) {
    return err('the stated total lies outside the score');
  }
  return ok({ answers, statedTotal: stated, unusable });
}

/** What a stated total already proves about one unanswered item, the others at their most. */
function provenPoints(table: QuestionnaireTable, input: QuestionnaireInput, code: string): number {
  const others = table.items.filter((item) => item.code !== code);
  const most = others.reduce((sum, item) => sum + (input.answers[item.code] ?? table.maxPoints), 0);
  return Math.max(0, (input.statedTotal ?? 0) - most);
}

function bandOf(table: QuestionnaireTable, points: number): string {
  return table.bands.findLast((band) => points >= band.from)?.name ?? 'none';
}

export function partsOf(
  table: QuestionnaireTable,
  input: Pick<QuestionnaireInput, 'answers' | 'unusable'>,
): ScorePart[] {
  return table.items.map(({ code, name }) => {
    const points = input.answers[code];
    if (points !== undefined) return { code, name, value: points, points };
    return { code, name, value: null, points: null, absent: input.unusable[code] ?? 'not-given' };
  });
}

/**
 * Sums the answers. Nothing is imputed: with an item missing there is a total only if one was
 * stated, else a lower bound. A stated total that disagrees counts where it is the worse.
 */
export function scoreQuestionnaire(
  table: QuestionnaireTable,
  input: QuestionnaireInput,
): ScoreOutput {
  const parts = partsOf(table, input);
  const sum = parts.reduce((total, part) => total + (part.points ?? 0), 0);
  const complete = parts.every((part) => part.points !== null);
  const lowerBound = Math.max(sum, input.statedTotal ?? 0);
  const total = complete || input.statedTotal !== null ? lowerBound : null;
  const source = `${table.id}@${table.version}`;
  const flags: string[] = [];
  const unreadable =
    table.safetyItem !== null && input.unusable[table.safetyItem.code] === 'answer-unknown';
  const signals = [{ id: `${table.id}-total`, value: lowerBound, source }];
  const disagrees = complete ? input.statedTotal !== sum : (input.statedTotal ?? sum) < sum;
  if (input.statedTotal !== null && disagrees) flags.push('total-disagrees-with-items');
  if (!complete) flags.push('items-missing');
  if (table.safetyItem !== null) {
    const { code, signal } = table.safetyItem;
    const value = Math.max(input.answers[code] ?? 0, provenPoints(table, input, code));
    signals.push({ id: signal, value, source });
    if (value >= 1) flags.push('safety-item-positive');
    if (input.answers[code] === undefined) {
      signals.push({ id: `${signal}-unanswered`, value: 1, source });
      flags.push('safety-item-unanswered');
    }
    if (unreadable) {
      signals.push({ id: `${signal}-unreadable`, value: 1, source });
      flags.push('safety-item-unreadable');
    }
  }
  const evaluable =
    unreadable || input.statedTotal !== null || parts.some((part) => part.points !== null);
  const band = bandOf(table, lowerBound);
  return {
    score: source,
    evaluable,
    total,
    lowerBound,
    band,
    parts,
    flags,
    signals: evaluable ? signals : [],
  };
}
