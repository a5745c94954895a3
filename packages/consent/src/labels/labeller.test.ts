import { describe, expect, it } from 'vitest';
import { MAX_LABEL_BEGINNINGS, MAX_LABEL_CODES, MAX_LABEL_RULES } from '../limits.ts';
import { CONFIDENTIALITY } from './confidentiality.ts';
import { Labeller } from './labeller.ts';
import { labelsEncounter } from './labels-encounter.ts';
import { readLabelSets } from './read-label-sets.ts';
import { sensitivityBit } from './sensitivity-dictionary.ts';
import { STARTER_LABEL_SETS } from './starter-label-sets.ts';

const LOINC = 'http://loinc.org';
const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const starter = new Labeller(STARTER_LABEL_SETS);
const NONE = { confidentiality: CONFIDENTIALITY.N, sensitivity: 0n };
const restricted = (code: string) => ({
  confidentiality: CONFIDENTIALITY.R,
  sensitivity: sensitivityBit(code),
});
const condition = (code: string, system = ICD10CM) => ({
  resourceType: 'Condition',
  code: { coding: [{ system, code }] },
});
const counted = (value: object) => ({
  resourceType: 'Observation',
  code: { coding: [{ system: LOINC, code: '11613-7' }] },
  ...value,
});

describe('labels by an organisation’s sets', () => {
  it.each([
    ['F11.20', 'OPIOIDUD'],
    ['F10.9', 'ETHUD'],
    ['F14.1', 'SUD'],
    ['F20.0', 'PSY'],
    ['B20', 'HIV'],
    ['A54.9', 'SEX'],
    ['T74.11XA', 'SDV'],
  ])('the starter sets restrict %s as %s', (code, label) => {
    expect(starter.labels(condition(code))).toEqual(restricted(label));
  });

  it('leave ordinary data alone, and a code of another system', () => {
    expect(starter.labels(condition('F32.9'))).toEqual(NONE);
    expect(starter.labels(condition('F11.20', 'http://elsewhere.example'))).toEqual(NONE);
  });

  it('find a code anywhere in the content, but not in meta', () => {
    const { code } = condition('B20');
    const nested = {
      resourceType: 'Encounter',
      diagnosis: [{ use: { text: 'x' } }],
      reasonCode: [code],
    };
    expect(starter.labels(nested)).toEqual(restricted('HIV'));
    const tagged = { resourceType: 'Encounter', meta: { tag: code.coding } };
    expect(starter.labels(tagged)).toEqual(NONE);
  });

  it('say nothing of definitions and directories', () => {
    const { code } = condition('B20');
    expect(starter.labels({ resourceType: 'ValueSet', compose: { include: [code] } })).toEqual(
      NONE,
    );
    expect(starter.labels({ resourceType: 'Practitioner', qualification: [{ code }] })).toEqual(
      NONE,
    );
  });

  it.each([
    ['none', { valueQuantity: { value: 0 } }, NONE],
    ['one', { valueQuantity: { value: 1 } }, restricted('SEX')],
    ['none, as an integer', { valueInteger: 0 }, NONE],
    ['a value that is no number', { valueString: 'several' }, restricted('SEX')],
    ['no value', {}, restricted('SEX')],
  ])('look at the value where a rule asks for it: %s', (_, value, expected) => {
    expect(starter.labels(counted(value))).toEqual(expected);
  });

  it('look at the value beside the code, of a component too', () => {
    const { code } = counted({});
    const of = (value: number) => ({
      resourceType: 'Observation',
      code: { text: 'history' },
      component: [
        { code: { text: 'pregnancies' }, valueInteger: 3 },
        { code, valueInteger: value },
      ],
    });
    expect(starter.labels(of(0))).toEqual(NONE);
    expect(starter.labels(of(2))).toEqual(restricted('SEX'));
  });

  it('never take away what a resource states of itself', () => {
    const stated = {
      ...condition('F11.20'),
      meta: {
        security: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'V' },
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VIO' },
        ],
      },
    };
    expect(starter.labels(stated)).toEqual({
      confidentiality: CONFIDENTIALITY.V,
      sensitivity: sensitivityBit('OPIOIDUD') | sensitivityBit('VIO'),
    });
  });

  it('hoist a DS4P label of one element to the whole resource', () => {
    const inline = {
      url: 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label',
      valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' },
    };
    const patient = { resourceType: 'Patient', telecom: [{ value: '1', extension: [inline] }] };
    expect(starter.labels(patient).sensitivity).toBe(sensitivityBit('HIV'));
    const primitive = { resourceType: 'Patient', _gender: { extension: [inline] } };
    expect(starter.labels(primitive).sensitivity).toBe(sensitivityBit('HIV'));
  });

  it('share with their Encounter what a procedure or a diagnosis made there says', () => {
    const made = (code: string) => ({
      resourceType: 'Condition',
      category: [{ coding: [{ code }] }],
    });
    expect(labelsEncounter({ resourceType: 'Procedure' })).toBe(true);
    expect(labelsEncounter(made('encounter-diagnosis'))).toBe(true);
    expect(labelsEncounter(made('problem-list-item'))).toBe(false);
    expect(labelsEncounter({ resourceType: 'Observation' })).toBe(false);
  });
});

describe('a document of label sets', () => {
  const rule = { label: 'HIV', system: LOINC, codes: ['1'] };
  const of = (...rules: readonly object[]) => readLabelSets({ title: 'Ours', rules });
  const pathsOf = (read: ReturnType<typeof of>) =>
    read.ok ? [] : read.error.map(({ path }) => path);

  it('is read, the starter’s too', () => {
    expect(of(rule).ok).toBe(true);
    expect(readLabelSets(STARTER_LABEL_SETS).ok).toBe(true);
  });

  it.each<[string, object]>([
    ['rules[0].label', { ...rule, label: 'NOSUCH' }],
    ['rules[0].system', { ...rule, system: '' }],
    ['rules[0].codes', { ...rule, codes: [] }],
    ['rules[0].codes', { ...rule, codes: [''] }],
    ['rules[0].confidentiality', { ...rule, confidentiality: 'N' }],
    ['rules[0].valueAbove', { ...rule, valueAbove: '0' }],
    ['rules[0].values', { ...rule, values: 1 }],
    ['rules[0]', { label: 'HIV', system: LOINC }],
  ])('is refused for %s', (path, wrong) => {
    expect(pathsOf(of(wrong))).toEqual([path]);
  });

  it('is bounded in rules, codes and beginnings', () => {
    const many = (length: number) => Array.from({ length }, (_, at) => `c${at}`);
    expect(of(...many(MAX_LABEL_RULES).map(() => rule)).ok).toBe(true);
    expect(pathsOf(of(...many(MAX_LABEL_RULES + 1).map(() => rule)))).toEqual(['rules']);
    expect(of({ ...rule, codes: many(MAX_LABEL_CODES) }).ok).toBe(true);
    expect(pathsOf(of({ ...rule, codes: many(MAX_LABEL_CODES + 1) }))).toEqual(['rules[0].codes']);
    const beginning = many(MAX_LABEL_BEGINNINGS);
    expect(of({ ...rule, beginning }).ok).toBe(true);
    expect(pathsOf(of({ ...rule, beginning }, { ...rule, beginning: ['x'] }))).toEqual(['rules']);
  });
});
