import { err, ok, type Result } from '@holdfast/kernel';
import { MAX_LABEL_BEGINNINGS, MAX_LABEL_CODES, MAX_LABEL_RULES } from '../limits.ts';
import { isRecord, textOf } from '../model/fhir-json.ts';
import type { LabelSetFinding, LabelSets } from './label-sets.ts';
import { sensitivityCodes } from './sensitivity-dictionary.ts';

const MEMBERS = ['label', 'confidentiality', 'system', 'codes', 'beginning', 'valueAbove'];

/** Reads a document of unknown origin. Every fault is found at once, each with its mend. */
export function readLabelSets(value: unknown): Result<LabelSets, readonly LabelSetFinding[]> {
  const findings: LabelSetFinding[] = [];
  if (!isRecord(value) || textOf(value['title']) === undefined) {
    return err([{ path: 'title', text: 'Say in words what the sets are for.' }]);
  }
  const { rules } = value;
  if (!Array.isArray(rules) || rules.length === 0 || rules.length > MAX_LABEL_RULES) {
    return err([{ path: 'rules', text: `A list of 1 to ${MAX_LABEL_RULES} rules.` }]);
  }
  rules.forEach((rule: unknown, index) => {
    const at = `rules[${index}]`;
    for (const { path, text } of faultsOf(rule)) findings.push({ path: `${at}${path}`, text });
  });
  findings.push(...tooManyBeginnings(rules));
  // Every member was checked, and none beside them is there.
  return findings.length === 0 ? ok(value as unknown as LabelSets) : err(findings);
}

function* faultsOf(rule: unknown): Generator<LabelSetFinding> {
  if (!isRecord(rule)) {
    yield { path: '', text: 'A rule is a JSON object.' };
    return;
  }
  for (const name of Object.keys(rule)) {
    if (!MEMBERS.includes(name)) {
      yield {
        path: `.${name}`,
        text: `Nobody reads this member; there are ${MEMBERS.join(', ')}.`,
      };
    }
  }
  const { label, confidentiality, system, codes, beginning, valueAbove } = rule;
  if (!sensitivityCodes.some((code) => code === label)) {
    yield { path: '.label', text: 'A sensitivity code of v3-ActCode, e.g. HIV.' };
  }
  if (confidentiality !== undefined && confidentiality !== 'R' && confidentiality !== 'V') {
    yield { path: '.confidentiality', text: 'R or V; left out it is R.' };
  }
  if (textOf(system) === undefined) yield { path: '.system', text: 'The URI of a code system.' };
  if (valueAbove !== undefined && typeof valueAbove !== 'number') {
    yield { path: '.valueAbove', text: 'A number: the rule speaks of greater values only.' };
  }
  for (const [name, list] of Object.entries({ codes, beginning })) {
    if (list !== undefined && !isCodes(list)) {
      yield { path: `.${name}`, text: `A list of 1 to ${MAX_LABEL_CODES} codes, none empty.` };
    }
  }
  if (codes === undefined && beginning === undefined) {
    yield { path: '', text: 'Name codes, or how they begin.' };
  }
}

const isCodes = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= MAX_LABEL_CODES &&
  value.every((code) => textOf(code) !== undefined);

function tooManyBeginnings(rules: readonly unknown[]): readonly LabelSetFinding[] {
  const count = new Map<string, number>();
  for (const rule of rules.filter(isRecord)) {
    const system = textOf(rule['system']) ?? '';
    const { beginning } = rule;
    if (!Array.isArray(beginning)) continue;
    count.set(system, (count.get(system) ?? 0) + beginning.length);
  }
  return [...count]
    .filter(([, total]) => total > MAX_LABEL_BEGINNINGS)
    .map(([system, total]) => ({
      path: 'rules',
      text: `${total} beginnings of ${system}; at most ${MAX_LABEL_BEGINNINGS} a system.`,
    }));
}
