import { describe, expect, it } from 'vitest';
import { parseResourceBody } from '../parse-resource-body.ts';
import { extractIndexEntries } from '../search/extract-index-entries.ts';
import { subsetResource } from '../subset-resource.ts';
import {
  hasSharedData,
  publishedExamples,
  syntheaBundles,
  validationCases,
} from '../testing/shared-data.ts';
import { validateResource } from './validate-resource.ts';

/** Examples that are wrong themselves, with what is wrong. */
const WRONG: Readonly<Record<string, { reason: string; expression: string }>> = {
  'ActivityDefinition/blood-tubes-supply': {
    reason: 'txt-2: a narrative with nothing in it',
    expression: 'ActivityDefinition.text.div',
  },
  'ActivityDefinition/heart-valve-replacement': {
    reason: 'txt-2: a narrative with nothing in it',
    expression: 'ActivityDefinition.text.div',
  },
  'Binary/B-ink': { reason: 'a file name instead of base64 data', expression: 'Binary.data' },
  'DeviceMetric/example': {
    reason: 'a DeviceMetric as parent, which must be a Device',
    expression: 'DeviceMetric.parent',
  },
  'DeviceUseStatement/example': {
    reason: 'a type as reason that R4 does not allow',
    expression: 'DeviceUseStatement.reasonReference[0]',
  },
  'DiagnosticReport/cbc': {
    reason: 'a narrative without its div',
    expression: 'DiagnosticReport.text.div',
  },
  'EventDefinition/example': {
    reason: 'txt-2: a narrative with nothing in it',
    expression: 'EventDefinition.text.div',
  },
  'MedicationRequest/medrx0301': {
    reason: 'a Practitioner as performer of the dispense, which must be an Organization',
    expression: 'MedicationRequest.dispenseRequest.performer',
  },
  'Observation/clinical-gender': {
    reason: 'a type as performer that R4 does not allow',
    expression: 'Observation.performer[0]',
  },
  'Questionnaire/qs1': {
    reason: 'items without linkId, which R4 requires',
    expression: 'Questionnaire.item[0].item[0].linkId',
  },
  'Questionnaire/zika-virus-exposure-assessment': {
    reason: 'txt-2: a narrative with nothing in it',
    expression: 'Questionnaire.text.div',
  },
};

const DISPLAY = 'displays are not compared with code systems that do not come along';
const EXTENSION = 'extensions need not be known';
const CANONICAL = 'canonical URLs need not be absolute: published R4 examples have relative ones';
const EXPRESSION = 'expressions and filters inside definitions are not compiled';
const BUNDLE = 'what the links and entries of a bundle say of each other is not checked';
const SIGNATURE = 'signatures are not verified';

/** HL7 cases that HL7's validator refuses and this one takes, with the reason. */
const ACCEPTED: Readonly<Record<string, string>> = {
  allergy: 'an extension may say why a code of a required binding is absent',
  'attachment-with-wrong-size': 'the size of an attachment is not compared with its data',
  'bundle-document-versioned-references-bad': BUNDLE,
  'bundle-id-2': BUNDLE,
  'bundle-id-4': BUNDLE,
  'mni-patientOverview-bundle-example1': BUNDLE,
  'ips-htmlrefs-backwards': BUNDLE,
  capstmt: 'a CapabilityStatement is not compared with the search parameters it names',
  cvx: DISPLAY,
  'obs-temp-code2': DISPLAY,
  'mr-covid-bnd1': 'the system of a coding may be any URI',
  'cs-bad-props': 'properties of code systems are not compared with their definitions',
  'sp-diff-base': EXPRESSION,
  'obs-mz': EXPRESSION,
  'vs-params-2': EXPRESSION,
  'vs-params-4': EXPRESSION,
  'vs-bad-ecl': EXPRESSION,
  'vs-canonical-bad': CANONICAL,
  'vs-canonical-urn-bad': CANONICAL,
  'pat-dob-ext': EXTENSION,
  'pat-example-extensions': EXTENSION,
  'nested-questionnaire-nested-valueset': EXTENSION,
  'patient-with-turvakielto': EXTENSION,
  'signatures-example-2': SIGNATURE,
};

describe.skipIf(!hasSharedData())('published resources', () => {
  const examples = publishedExamples();

  it('accepts every published example but the listed wrong ones', () => {
    const refused = examples.flatMap((example) => {
      const [first] = validateResource(example);
      const name = `${example.resourceType}/${example.id}`;
      return first === undefined ? [] : [[name, first.expression]];
    });
    expect(examples.length).toBeGreaterThan(1000);
    expect(Object.fromEntries(refused)).toEqual(
      Object.fromEntries(Object.entries(WRONG).map(([name, row]) => [name, row.expression])),
    );
  });

  it('accepts every Synthea bundle with all its entries', () => {
    const bundles = syntheaBundles();
    expect(bundles.length).toBe(30);
    for (const bundle of bundles) expect(validateResource(bundle)).toEqual([]);
  });

  it('refuses none of the HL7 cases that HL7 accepts, but for comments in JSON', () => {
    const stricter = validationCases()
      .filter(({ java }) => java.error + java.fatal === 0)
      .filter(({ text }) => {
        const body = parseResourceBody(text);
        return !body.ok || validateResource(body.value).length > 0;
      });
    expect(stricter.map(({ name }) => name)).toEqual([
      'json-comments-1-yes',
      'json-comments-2-yes',
    ]);
  });

  it('refuses the HL7 cases that HL7 refuses, but for the listed ones', () => {
    const accepted = validationCases()
      .filter(({ java }) => java.error + java.fatal > 0)
      .filter(({ text }) => {
        const body = parseResourceBody(text);
        return body.ok && validateResource(body.value).length === 0;
      });
    expect(accepted.map(({ name }) => name).sort()).toEqual(Object.keys(ACCEPTED).sort());
  });

  it('extracts index rows from every example without an empty or undefined part', () => {
    for (const example of examples) {
      const { tokens, strings, dates, references } = extractIndexEntries(example);
      for (const token of tokens) expect(token.code).not.toBe('');
      for (const text of strings) expect(typeof text.folded).toBe('string');
      for (const date of dates) expect(date.start).toBeLessThan(date.end);
      for (const row of references) expect('uri' in row ? row.uri : row.id).toBeTruthy();
    }
  });

  it('leaves the structure valid after _summary and _elements', () => {
    for (const example of examples) {
      if (Object.hasOwn(WRONG, `${example.resourceType}/${example.id}`)) continue;
      for (const query of [{ summary: 'true' }, { summary: 'data' }, { elements: ['status'] }]) {
        const subset = subsetResource(example, query as Parameters<typeof subsetResource>[1]);
        const issues = validateResource(subset).filter(({ code }) => code !== 'invariant');
        expect(issues, `${example.resourceType}/${example.id}`).toEqual([]);
      }
    }
  });
});
