import { MAX_PROVISION_DEPTH, MAX_PROVISIONS } from '../limits.ts';
import type { ConsentModel, Effect, Finding, Interval, Provision } from './consent-model.ts';
import { codingsOf, type FhirRecord, isRecord, listOf, referenceOf, textOf } from './fhir-json.ts';
import { instantsOf, periodOf } from './fhir-time.ts';
import { lint } from './lint.ts';
import { parseConditions, uriOf } from './parse-attributes.ts';
import { asR4 } from './r5-consent.ts';

const ALWAYS: Interval = { from: -Infinity, until: Infinity };

/**
 * Normalises a FHIR R4 Consent, or one in the shape of R5. Never fails: what cannot be enforced is
 * kept, denies within its scope and stands in `findings`.
 * @param version the stored version, which orders consents of one lineage (A13); else meta.versionId
 */
export function parseConsent(resource: unknown, version?: number): ConsentModel {
  const consent = asR4(isRecord(resource) ? resource : {});
  const findings: Finding[] = [];
  const root = isRecord(consent['provision']) ? consent['provision'] : rootless(consent);
  const dateTime = instantsOf(consent['dateTime'])?.from;
  const statedPeriod = root['period'] === undefined ? ALWAYS : periodOf(root['period']);
  const rootEffect =
    root['type'] === undefined ? effectOfPolicyRule(consent['policyRule']) : effectOf(root['type']);
  const broken = [
    ...(rootEffect === undefined
      ? [unusable('A1', 'provision.type', 'neither a root type nor an OPTIN or OPTOUT policy rule')]
      : []),
    ...(statedPeriod === undefined
      ? [unusable('A9', 'provision.period', 'the root period is not a date range')]
      : []),
    ...(consent['modifierExtension'] !== undefined
      ? [unusable('A1', 'modifierExtension', 'a modifier extension may change the whole consent')]
      : []),
    ...beyondLimits(root),
  ];
  findings.push(...broken);
  const scope = scopeOf(consent['scope']);
  const tree = new ProvisionReader(statedPeriod?.from ?? -Infinity, dateTime);
  const model = {
    id: textOf(consent['id']) ?? '',
    version: version ?? Number(metaVersion(consent) ?? 0),
    active: consent['status'] === 'active',
    scope,
    dateTime,
    lineage: lineageOf(consent, dateTime),
    period: statedPeriod ?? ALWAYS,
    unenforceable: broken.length > 0,
    // A tree beyond the limits is never walked: its root denies for all of it.
    root: tree.read(
      broken.some((each) => each.severity === 'beyond-limits') ? {} : root,
      'provision',
      rootEffect ?? 'deny',
    ),
  };
  return { ...model, findings: [...findings, ...lint(model)] };
}

class ProvisionReader {
  readonly #notBefore: number;

  constructor(from: number, dateTime: number | undefined) {
    this.#notBefore = Math.max(from, dateTime ?? -Infinity);
  }

  read(provision: FhirRecord, path: string, effect: Effect): Provision {
    const conditions = parseConditions(provision, path === 'provision');
    const { period } = conditions;
    // A10: literally, such a provision was never in force, whatever its author meant.
    const never = period?.kind === 'interval' && period.until <= this.#notBefore;
    return {
      path,
      effect,
      stated: never ? { ...conditions, period: { kind: 'never' } } : conditions,
      children: childrenOf(provision).map((child, index) => {
        const node = isRecord(child) ? child : MALFORMED;
        const opposite = effect === 'permit' ? 'deny' : 'permit';
        return this.read(node, `${path}.provision[${index}]`, effectOf(node['type']) ?? opposite);
      }),
    };
  }
}

// No provision at all is a rule without conditions; anything but an object is no rule.
const rootless = (consent: FhirRecord): FhirRecord =>
  consent['provision'] === undefined ? {} : MALFORMED;

// An unknown type makes a provision unenforceable: it denies.
const MALFORMED: FhirRecord = { type: 'malformed' };

function childrenOf(provision: FhirRecord): readonly unknown[] {
  const children = provision['provision'];
  return children === undefined || Array.isArray(children) ? listOf(children) : [children];
}

const effectOf = (type: unknown): Effect | undefined =>
  type === 'permit' || type === 'deny' ? type : undefined;

function effectOfPolicyRule(rule: unknown): Effect | undefined {
  const codes = codingsOf(rule).map(({ code }) => code);
  // Both at once is no statement.
  const optIn = codes.some((code) => code.startsWith('OPTIN'));
  const optOut = codes.some((code) => code.startsWith('OPTOUT'));
  if (optIn === optOut) return undefined;
  return optIn ? 'permit' : 'deny';
}

const unusable = (rule: string, path: string, text: string): Finding => ({
  rule,
  severity: 'unenforceable',
  path,
  text,
});

// Iterative, so that a hostile depth costs no stack.
function beyondLimits(root: FhirRecord): readonly Finding[] {
  let level: readonly unknown[] = [root];
  let nodes = 0;
  for (let depth = 1; level.length > 0; depth++) {
    nodes += level.length;
    if (depth > MAX_PROVISION_DEPTH || nodes > MAX_PROVISIONS) {
      const text = `more than ${MAX_PROVISION_DEPTH} levels or ${MAX_PROVISIONS} provisions`;
      return [{ rule: 'A5', severity: 'beyond-limits', path: 'provision', text }];
    }
    level = level.flatMap((each) => (isRecord(each) ? childrenOf(each) : []));
  }
  return [];
}

function scopeOf(scope: unknown): ConsentModel['scope'] {
  const codes = codingsOf(scope).map(({ code }) => code);
  if (codes.length === 0 || codes.includes('patient-privacy')) return 'privacy';
  if (codes.includes('research')) return 'research';
  // Advance directives and consents to be treated do not speak about records.
  return codes.every((code) => code === 'adr' || code === 'treatment') ? 'other' : 'privacy';
}

// Without a policy or a date there is no evidence that one consent continues another: both stand.
function lineageOf(consent: FhirRecord, dateTime: number | undefined): string | undefined {
  const policies = texts(listOf(consent['policy']).map(uriOf));
  if (policies.length === 0 || dateTime === undefined) return undefined;
  const categories = listOf(consent['category']).flatMap((concept) =>
    codingsOf(concept).map(({ system, code }) => `${system}|${code}`),
  );
  return JSON.stringify([
    texts(listOf(consent['organization']).map(referenceOf)),
    policies,
    [...categories].sort(),
    texts(listOf(consent['performer']).map(referenceOf)),
  ]);
}

const texts = (values: readonly (string | undefined)[]): readonly string[] =>
  values.filter((each) => each !== undefined).sort();

const metaVersion = (consent: FhirRecord): string | undefined =>
  isRecord(consent['meta']) ? textOf(consent['meta']['versionId']) : undefined;
