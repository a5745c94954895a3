import { unenforceableIn } from './conditions.ts';
import type { Attribute, ConsentModel, Finding, Provision } from './consent-model.ts';
import { UNENFORCEABLE_CONSTRUCTS, type UnenforceableConstruct } from './unenforceable.ts';

/** What a reader of this consent may misread, each with the rule that decides it. */
export function lint(consent: Omit<ConsentModel, 'findings'>): readonly Finding[] {
  const provisions = walk(consent.root);
  return [
    ...provisions.flatMap(unenforceableParts),
    ...provisions.flatMap((each) => temporalParts(each, consent.dateTime !== undefined)),
    ...confidentialityReading(provisions),
    ...(consent.active && consent.lineage === undefined
      ? [warning('A13', '', 'no policy uri or date: no newer consent can supersede it')]
      : []),
    ...(consent.scope === 'other'
      ? [warning('scope', 'scope', 'not about access to records: not evaluated')]
      : []),
  ];
}

/** Every provision of the tree, parents first. */
export function walk(root: Provision): readonly Provision[] {
  return [root, ...root.children.flatMap(walk)];
}

function unenforceableParts(provision: Provision): readonly Finding[] {
  return unenforceableIn(provision.stated).map((construct) => ({
    rule: ruleOf(construct),
    severity: 'unenforceable',
    path: provision.path,
    text: UNENFORCEABLE_CONSTRUCTS[construct],
  }));
}

function ruleOf(construct: UnenforceableConstruct): string {
  if (construct === 'label-unknown') return 'A18';
  if (construct === 'class-unknown') return 'A19';
  if (construct === 'too-many-values') return 'A5';
  return 'A1';
}

function temporalParts(provision: Provision, isDated: boolean): readonly Finding[] {
  const { period } = provision.stated;
  if (period?.kind === 'never') {
    const text = 'the period was over before the consent began; was dataPeriod meant?';
    return [warning('A10', provision.path, text)];
  }
  if (period?.kind !== 'interval' || period.until === Infinity) return [];
  const text = isDated
    ? 'when this period ends, what it denied stays denied and what it permitted ends'
    : 'an ended period of an undated consent is taken as one that ended during its life';
  return [warning('A9', provision.path, text)];
}

function confidentialityReading(provisions: readonly Provision[]): readonly Finding[] {
  const has = (provision: Provision, family: string): boolean =>
    valuesOf(provision.stated.label).some((label) => label.family === family);
  const permitsSensitive = provisions.some(
    (each) => each.effect === 'permit' && has(each, 'sensitivity'),
  );
  if (!permitsSensitive) return [];
  return provisions
    .filter((each) => each.effect === 'deny' && has(each, 'confidentiality'))
    .map(({ path }) =>
      warning('A7', path, 'denies this confidentiality and above, labelled data included'),
    );
}

const valuesOf = <Value>(attribute: Attribute<Value> | undefined): readonly Value[] =>
  attribute?.kind === 'values' ? attribute.values : [];

const warning = (rule: string, path: string, text: string): Finding => ({
  rule,
  severity: 'warning',
  path,
  text,
});
