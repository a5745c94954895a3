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
  'Questionnaire/qs1': {
    reason: 'items without linkId, which R4 requires',
    expression: 'Questionnaire.item[0].item[0].linkId',
  },
  'DiagnosticReport/cbc': {
    reason: 'a narrative without its div',
    expression: 'DiagnosticReport.text.div',
  },
  'Binary/B-ink': { reason: 'a file name instead of base64 data', expression: 'Binary.data' },
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

  it('extracts index rows from every example without an empty or undefined part', () => {
    for (const example of examples) {
      const { tokens, strings, dates, references } = extractIndexEntries(example);
      for (const token of tokens) expect(token.code).not.toBe('');
      for (const text of strings) expect(typeof text.folded).toBe('string');
      for (const date of dates) expect(date.start).toBeLessThan(date.end);
      for (const row of references) expect('uri' in row ? row.uri : row.id).toBeTruthy();
    }
  });

  it('leaves a valid resource after _summary and _elements', () => {
    for (const example of examples) {
      if (Object.hasOwn(WRONG, `${example.resourceType}/${example.id}`)) continue;
      for (const query of [{ summary: 'true' }, { summary: 'data' }, { elements: ['status'] }]) {
        const subset = subsetResource(example, query as Parameters<typeof subsetResource>[1]);
        expect(validateResource(subset), `${example.resourceType}/${example.id}`).toEqual([]);
      }
    }
  });
});
