import { describe, expect, it } from 'vitest';
import { parseConsent } from '../model/parse-consent.ts';
import { answer, type VectorCase } from './vector-engine.ts';
import { consentFromXml, vectorJson, vectorsPresent, vectorText } from './vector-files.ts';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** Where we answer otherwise, all of it, by consent: the rule that makes us, and what we answer. */
const DEVIATIONS: Readonly<Record<string, { readonly rule: string; readonly ours: 'deny' }>> = {
  'ex-consent-intermediate-timeframe': { rule: 'A1 data-period', ours: 'deny' },
  'ex-consent-intermediate-not-timeframe': { rule: 'A1 data-period', ours: 'deny' },
  'ex-consent-intermediate-encounter': { rule: 'A1 data-related', ours: 'deny' },
  'ex-consent-intermediate-not-authoredby': { rule: 'A1 data-related', ours: 'deny' },
  'consent-example-notLabs.xml': { rule: 'A19 class-not-a-type', ours: 'deny' },
};

interface PcfCase {
  readonly id: string;
  readonly consents: readonly string[];
  readonly at: string;
  readonly actor: string;
  readonly purpose: string;
  readonly resource: string;
  readonly expected: 'permit' | 'deny';
}

const resource = (type: string, id: string, ...labels: string[]): VectorCase['resource'] => ({
  resourceType: type,
  id,
  meta: {
    security: labels.map((code) => ({
      system: code.length === 1 ? CONFIDENTIALITY : ACT_CODE,
      code,
    })),
  },
});

describe.runIf(vectorsPresent())('public consent vectors', () => {
  it('IHE PCF: every row is answered as expected, but for the constructs listed as deviations', () => {
    const { cases } = vectorJson('ihe-pcf/expected-decisions.json') as { cases: PcfCase[] };
    const wrong: string[] = [];
    const deviating = new Set<string>();
    for (const each of cases) {
      const [type = '', id = ''] = each.resource.split('/');
      const known = id !== 'some-other';
      const ours = answer({
        ...each,
        consents: each.consents.map((name) => vectorJson(`ihe-pcf/Consent-${name}.json`)),
        closure: each.actor.endsWith('/ex-practitioner') ? ['Group/ex-privilegedUsers'] : [],
        resource: known
          ? (vectorJson(`ihe-pcf/${type}-${id}.json`) as VectorCase['resource'])
          : resource(type, id, 'N'),
      });
      if (ours === each.expected) continue;
      const [consent = ''] = each.consents;
      if (DEVIATIONS[consent]?.ours === ours) deviating.add(consent);
      else wrong.push(`${each.id} ${consent}: ${ours}`);
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBe(186);
    const listed = Object.keys(DEVIATIONS).filter((name) => name.startsWith('ex-'));
    expect([...deviating].sort()).toEqual(listed.sort());
  });

  it('every deviation is on file with the consent as unenforceable', () => {
    for (const [name, { rule }] of Object.entries(DEVIATIONS)) {
      const consent = name.endsWith('.xml')
        ? consentFromXml(vectorText(`hl7-core/${name}`))
        : vectorJson(`ihe-pcf/Consent-${name}.json`);
      const { findings } = parseConsent(consent);
      const rules = findings.filter(({ severity }) => severity === 'unenforceable');
      expect(rules.map((each) => each.rule)).toContain(rule.split(' ')[0]);
    }
  });

  const HL7: readonly (readonly [string, Partial<VectorCase>, 'permit' | 'deny', string])[] = [
    ['notThem', { actor: 'Practitioner/f204' }, 'deny', 'as intended'],
    ['notThem', {}, 'permit', 'as intended'],
    ['Emergency', { actor: 'Organization/f201', purpose: 'ETREAT' }, 'permit', 'A2, deepest wins'],
    ['Emergency', { actor: 'Organization/f201' }, 'deny', 'A2'],
    ['Emergency', { purpose: 'ETREAT' }, 'deny', 'A2'],
    ['notLabs', {}, 'deny', 'A19, deviation for what is no laboratory result'],
    ['notTime', {}, 'permit', 'A10, literal'],
    ['notSecLabel', { resource: resource('Observation', 'x', 'HIV') }, 'deny', 'A18'],
    ['notSecLabel', {}, 'permit', 'A18'],
    [
      'smartonfhir',
      { at: '2016-06-23T17:10:00+10:00', resource: resource('MedicationRequest', 'x') },
      'permit',
      'deepest wins',
    ],
    ['smartonfhir', { at: '2016-06-23T17:10:00+10:00' }, 'deny', 'deepest wins'],
    ['smartonfhir', { at: '2016-06-23T18:00:00+10:00' }, 'deny', 'A9'],
    [
      'smartonfhir',
      { at: '2016-06-23T18:00:00+10:00', resource: resource('MedicationRequest', 'x') },
      'deny',
      'A9',
    ],
  ];
  it.each(HL7)('HL7 %s %j: %s (%s)', (file, asked, expected) => {
    const consent = consentFromXml(vectorText(`hl7-core/consent-example-${file}.xml`));
    const vector: VectorCase = {
      consents: [consent],
      at: '2026-01-01T00:00:00Z',
      actor: 'Organization/other',
      purpose: 'TREAT',
      resource: resource('Observation', 'x', 'N'),
      ...asked,
    };
    expect(answer(vector)).toBe(expected);
  });

  it('HL7 notTime is flagged: its author meant dataPeriod (A10)', () => {
    const consent = consentFromXml(vectorText('hl7-core/consent-example-notTime.xml'));
    expect(parseConsent(consent).findings.map(({ rule }) => rule)).toContain('A10');
  });

  it('SHIFT Carl: the grid, but for the column its labels cannot express', () => {
    const consents = [
      vectorJson('shift/Consent-CarlFredericksonConsent.json'),
      vectorJson('shift/Consent-CarlFrederickson42CFRPartIIConsent.json'),
    ];
    const columns: Readonly<Record<string, string[]>> = {
      Medical: ['N'],
      BH: ['R', 'BH'],
      'BH-SUD (non-Part II)': ['R', 'SUD'],
      'BH-SUD (Part II)': ['R', 'SUD', '42CFRPart2'],
    };
    const [header = '', ...lines] = vectorText('shift/carl-frederickson-expected-grid.csv')
      .trim()
      .split('\n');
    const names = header.trim().split(',');
    const wrong: string[] = [];
    let cells = 0;
    for (const line of lines) {
      const [actor = '', ...expected] = line.trim().split(',');
      expected.forEach((cell, index) => {
        const column = names[index + 1] ?? '';
        const labels = columns[column];
        if (labels === undefined) return;
        cells++;
        const ours = answer({
          consents,
          at: '2026-06-01T00:00:00Z',
          actor: actorOf(actor),
          purpose: 'TREAT',
          resource: resource('Condition', 'x', ...labels),
        });
        if (!cell.startsWith(ours)) wrong.push(`${actor} ${column}: ${ours}, expected ${cell}`);
      });
    }
    expect(wrong).toEqual([]);
    expect(cells).toBe(52);
  });
});

function actorOf(cell: string): string {
  const name = cell.split(' ')[0] ?? '';
  if (name === 'EllieFrederickson') return `RelatedPerson/${name}`;
  const isOrganization = ['BLP', 'SpringfieldACO', 'Mapple', 'CarlFredericksonMedicare'].includes(
    name,
  );
  return `${isOrganization ? 'Organization' : 'Practitioner'}/${name}`;
}
