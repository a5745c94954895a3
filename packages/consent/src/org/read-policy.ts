import { hideableElements, isResourceType } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import { ACTIONS, ROLES } from '../actor.ts';
import { sensitivityCodes } from '../labels/sensitivity-dictionary.ts';
import { MAX_POLICY_RULES, MAX_POLICY_VALUES } from '../limits.ts';
import { type FhirRecord, isRecord, textOf } from '../model/fhir-json.ts';
import { isPurposeOfUse } from '../purposes/purpose-of-use.ts';
import { RELATIONSHIPS } from '../relations/relationship.ts';
import type { PolicyDocument, PolicyFinding } from './policy-document.ts';
import { TYPE_GROUPS } from './type-groups.ts';

const DEFAULTS = ['basic-normal', 'all-normal', 'break-glass-only', 'deny'];
const LAYERS = ['consents', 'explicit-permit', 'ordinary', 'none'];
const RULE_MEMBERS = new Set(
  'id effect roles actions purposes types relationship patientLayer redact because'.split(' '),
);

/** Reads a document of unknown origin. Every fault is found at once, each with its mend. */
export function readPolicy(value: unknown): Result<PolicyDocument, readonly PolicyFinding[]> {
  const reader = new PolicyReader();
  reader.document(value);
  // Every member was checked, and none beside them is there.
  return reader.findings.length === 0 ? ok(value as PolicyDocument) : err(reader.findings);
}

function isHideable(name: string): boolean {
  const [type = '', element = '', ...rest] = name.split('.');
  return rest.length === 0 && isResourceType(type) && hideableElements(type).has(element);
}

class PolicyReader {
  readonly findings: PolicyFinding[] = [];

  document(value: unknown): void {
    if (!isRecord(value)) return this.#fault('', 'A policy is a JSON object.');
    this.#members(value, '', new Set(['title', 'domain', 'rules']));
    if (textOf(value['title']) === undefined) this.#fault('title', 'Say in words what it is for.');
    this.#domain(value['domain']);
    const { rules } = value;
    if (!Array.isArray(rules) || rules.length === 0 || rules.length > MAX_POLICY_RULES) {
      return this.#fault('rules', `A list of 1 to ${MAX_POLICY_RULES} rules.`);
    }
    const seen = new Set<unknown>();
    rules.forEach((rule: unknown, index) => {
      const path = `rules[${index}]`;
      this.#rule(rule, path);
      const id = isRecord(rule) ? rule['id'] : undefined;
      if (seen.has(id))
        this.#fault(`${path}.id`, 'Another rule has this id; explanations quote it.');
      seen.add(id);
    });
  }

  #domain(value: unknown): void {
    if (!isRecord(value))
      return this.#fault('domain', 'State what applies where no consent speaks.');
    this.#members(value, 'domain', new Set(['default', 'confidentialityDeny', 'firm']));
    this.#oneOf(value['default'], DEFAULTS, 'domain.default');
    this.#oneOf(value['confidentialityDeny'], ['and-above', 'exact'], 'domain.confidentialityDeny');
    this.#list(value['firm'], 'domain.firm', {
      isKnown: (code) => sensitivityCodes.includes(code),
      mend: 'A sensitivity code of v3-ActCode, e.g. HIV.',
      mayBeEmpty: true,
    });
  }

  #rule(rule: unknown, path: string): void {
    if (!isRecord(rule)) return this.#fault(path, 'A rule is a JSON object.');
    this.#members(rule, path, RULE_MEMBERS);
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(textOf(rule['id']) ?? '')) {
      this.#fault(`${path}.id`, 'A name in lower-case words joined by hyphens, e.g. care-read.');
    }
    this.#oneOf(rule['effect'], ['permit', 'deny'], `${path}.effect`);
    this.#oneOf(rule['patientLayer'], LAYERS, `${path}.patientLayer`);
    this.#known(rule['roles'], ROLES, `${path}.roles`);
    this.#known(rule['actions'], ACTIONS, `${path}.actions`);
    this.#list(rule['purposes'], `${path}.purposes`, {
      isKnown: isPurposeOfUse,
      mend: 'A code of v3-PurposeOfUse, e.g. TREAT, or system|code.',
    });
    this.#list(rule['types'], `${path}.types`, {
      isKnown: (name) => Object.hasOwn(TYPE_GROUPS, name) || isResourceType(name),
      mend: `A FHIR R4 type, or a group: ${Object.keys(TYPE_GROUPS).join(', ')}.`,
    });
    if (rule['relationship'] !== undefined) {
      this.#known(rule['relationship'], RELATIONSHIPS, `${path}.relationship`);
    }
    if (rule['redact'] !== undefined) this.#redact(rule, `${path}.redact`);
    if (textOf(rule['because']) === undefined) {
      this.#fault(`${path}.because`, 'Say why: explanations quote it.');
    }
  }

  #redact({ redact, effect, actions }: FhirRecord, path: string): void {
    this.#list(redact, path, {
      isKnown: isHideable,
      mend: 'Type.element of an optional top element that is no modifier, e.g. Patient.telecom.',
    });
    if (effect === 'deny') this.#fault(path, 'A deny keeps back the whole: leave this out.');
    if (Array.isArray(actions) && actions.includes('write')) {
      this.#fault(path, 'What is written is written whole: put "write" into a rule of its own.');
    }
  }

  #members(value: FhirRecord, path: string, known: ReadonlySet<string>): void {
    for (const name of Object.keys(value).filter((each) => !known.has(each))) {
      const at = path === '' ? name : `${path}.${name}`;
      this.#fault(at, `Nobody reads this member; there are ${[...known].join(', ')}.`);
    }
  }

  #oneOf(value: unknown, known: readonly string[], path: string): void {
    if (!known.some((each) => each === value)) this.#fault(path, `One of ${known.join(', ')}.`);
  }

  #known(value: unknown, known: readonly string[], path: string): void {
    this.#list(value, path, {
      isKnown: (each) => known.includes(each),
      mend: `One of ${known.join(', ')}.`,
    });
  }

  #list(
    value: unknown,
    path: string,
    read: {
      readonly isKnown: (each: string) => boolean;
      readonly mend: string;
      readonly mayBeEmpty?: true;
    },
  ): void {
    const isEmpty = Array.isArray(value) && value.length === 0 && read.mayBeEmpty !== true;
    if (!Array.isArray(value) || isEmpty || value.length > MAX_POLICY_VALUES) {
      return this.#fault(
        path,
        `A list of ${read.mayBeEmpty ? 0 : 1} to ${MAX_POLICY_VALUES} values.`,
      );
    }
    value.forEach((each: unknown, index) => {
      if (typeof each !== 'string' || !read.isKnown(each))
        this.#fault(`${path}[${index}]`, read.mend);
    });
  }

  #fault(path: string, text: string): void {
    this.findings.push({ severity: 'error', path, text });
  }
}
