import { compartmentParameters, isResourceType } from '@holdfast/fhir';
import { type FhirRecord, isRecord, textOf } from '../model/fhir-json.ts';
import { CONFIDENTIALITY } from './confidentiality.ts';
import type { LabelRule, LabelSets } from './label-sets.ts';
import { labelsOf, type SecurityLabels } from './labels-of.ts';
import { sensitivityBit } from './sensitivity-dictionary.ts';

interface Compiled {
  readonly sensitivity: bigint;
  readonly confidentiality: number;
  readonly valueAbove: number | undefined;
}

/**
 * The security labelling service: what a resource states of itself (`labelsOf`), and what its codes
 * and values say by an organisation's label sets. What others say of it, along the Encounter, the
 * store adds as it writes (`Labels.along`).
 */
export class Labeller {
  readonly #exact = new Map<string, Compiled[]>();
  readonly #beginnings = new Map<string, { readonly text: string; readonly rule: Compiled }[]>();

  constructor(sets: LabelSets) {
    for (const rule of sets.rules) this.#add(rule);
  }

  /** Labels of one resource, by itself alone. */
  labels(resource: unknown): SecurityLabels {
    const stated = labelsOf(resource);
    if (!isRecord(resource) || !isAboutSomebody(textOf(resource['resourceType']))) return stated;
    let { confidentiality, sensitivity } = stated;
    this.#visit(resource, resource, (rule, element) => {
      if (rule.valueAbove !== undefined && !isAbove(element, rule.valueAbove)) return;
      confidentiality = Math.max(confidentiality, rule.confidentiality);
      sensitivity |= rule.sensitivity;
    });
    return { confidentiality, sensitivity };
  }

  #add({ label, confidentiality = 'R', system, codes = [], beginning = [], ...rest }: LabelRule) {
    const rule = {
      sensitivity: sensitivityBit(label),
      confidentiality: CONFIDENTIALITY[confidentiality],
      valueAbove: rest.valueAbove,
    };
    for (const code of codes) {
      const key = `${system}|${code}`;
      this.#exact.set(key, [...(this.#exact.get(key) ?? []), rule]);
    }
    const beginnings = this.#beginnings.get(system) ?? [];
    beginnings.push(...beginning.map((text) => ({ text, rule })));
    if (beginnings.length > 0) this.#beginnings.set(system, beginnings);
  }

  /** Every coding outside `meta` that a rule names, with the element whose value goes with it. */
  #visit(value: unknown, element: FhirRecord, met: Met): void {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const each of value) this.#visit(each, element, met);
      return;
    }
    if (!isRecord(value)) return;
    const code = textOf(value['code']);
    if (code !== undefined)
      this.#meet(textOf(value['system']) ?? '', code, (rule) => met(rule, element));
    const inner = hasValue(value) ? value : element;
    for (const name in value) if (name !== 'meta') this.#visit(value[name], inner, met);
  }

  #meet(system: string, code: string, met: (rule: Compiled) => void): void {
    for (const rule of this.#exact.get(`${system}|${code}`) ?? []) met(rule);
    for (const { text, rule } of this.#beginnings.get(system) ?? []) {
      if (code.startsWith(text)) met(rule);
    }
  }
}

/** Told of a rule that applies, and of the element whose value it may ask for. */
type Met = (rule: Compiled, element: FhirRecord) => void;

/** Definitions and directories name codes of which they say nothing about anybody. */
const isAboutSomebody = (type = ''): boolean =>
  isResourceType(type) && (type === 'Patient' || compartmentParameters(type).length > 0);

const isValue = (name: string): boolean => name.startsWith('value') && /^value[A-Z]/.test(name);

function hasValue(element: FhirRecord): boolean {
  for (const name in element) if (isValue(name)) return true;
  return false;
}

function isAbove(element: FhirRecord, bound: number): boolean {
  const name = Object.keys(element).find(isValue);
  const value = name === undefined ? undefined : element[name];
  const number = isRecord(value) ? value['value'] : value;
  return typeof number !== 'number' || number > bound;
}
