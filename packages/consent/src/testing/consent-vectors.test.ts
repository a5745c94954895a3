import { describe, expect, it } from 'vitest';
import { parseConsent } from '../model/parse-consent.ts';
import { answer, type VectorCase } from './vector-engine.ts';
import { consentFromXml, vectorJson, vectorsPresent, vectorText } from './vector-files.ts';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

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

const laboratoryResult = () => ({
  ...resource('Observation', 'x', 'N'),
  category: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/observation-category',
          code: 'laboratory',
        },
      ],
    },
  ],
});

describe.runIf(vectorsPresent())('public consent vectors', () => {
  it('IHE PCF: every one of the 186 rows is answered as expected', () => {
    const { cases } = vectorJson('ihe-pcf/expected-decisions.json') as { cases: PcfCase[] };
    const wrong: string[] = [];
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
      if (ours !== each.expected) wrong.push(`${each.id} ${each.consents.join()}: ${ours}`);
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBe(186);
  });

  const HL7: readonly (readonly [string, Partial<VectorCase>, 'permit' | 'deny', string])[] = [
    ['notThem', { actor: 'Practitioner/f204' }, 'deny', 'as intended'],
    ['notThem', {}, 'permit', 'as intended'],
    ['Emergency', { actor: 'Organization/f201', purpose: 'ETREAT' }, 'permit', 'A2, deepest wins'],
    ['Emergency', { actor: 'Organization/f201' }, 'deny', 'A2'],
    ['Emergency', { purpose: 'ETREAT' }, 'deny', 'A2'],
    ['notLabs', { resource: laboratoryResult() }, 'deny', 'A19'],
    ['notLabs', {}, 'permit', 'A19'],
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
