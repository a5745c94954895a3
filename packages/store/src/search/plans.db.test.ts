import type { ResourceType } from '@holdfast/fhir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identified } from '../index.ts';
import { parsed, SearchStage, seeAll } from '../testing/search-stage.ts';
import { compileSearch } from './compile-search.ts';

const PATIENTS = 300;
const DAYS = 12;
const LONG_RECORD = 1_500;
const CODES = ['8867-4', '8310-5', '9279-1', '2708-6'];

let stage: SearchStage;

beforeAll(async () => {
  stage = await SearchStage.open();
  const patients = Array.from({ length: PATIENTS }, (_, i) => patient(i));
  await stage.load(patients);
  await stage.load(
    patients.flatMap((_, i) => Array.from({ length: DAYS }, (__, day) => observation(i, day))),
  );
  // One record is long, and one value in it is rare.
  const long = Array.from({ length: LONG_RECORD }, (_, n) => observation(0, DAYS + n));
  await stage.load([...long, { ...observation(0, 5), id: 'hba1c', code: loinc('4548-4') }]);
  await stage.database.pool.query('vacuum analyze');
}, 120_000);
afterAll(() => stage.drop());

const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });

const patient = (i: number): Identified => ({
  resourceType: 'Patient',
  id: `p${i}`,
  identifier: [{ system: 'urn:mrn', value: `mrn-${i}` }],
  name: [{ family: i % 2 === 0 ? 'Common' : `Rare${i}`, given: ['Ada'] }],
  gender: i % 3 === 0 ? 'male' : 'female',
  birthDate: `19${50 + (i % 50)}-02-03`,
});

function observation(i: number, n: number): Identified {
  const at = new Date(Date.UTC(2020, 0, 1 + (n % 900), Math.floor(n / 900), i % 60));
  return {
    resourceType: 'Observation',
    id: `o${i}-${n}`,
    status: n % 10 === 0 ? 'preliminary' : 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: n % 20 === 0 ? 'laboratory' : 'vital-signs',
          },
        ],
      },
    ],
    code: loinc(CODES[n % CODES.length] ?? ''),
    subject: { reference: `Patient/p${i}` },
    effectiveDateTime: at.toISOString(),
    valueQuantity: {
      value: 60 + (n % 40),
      unit: '/min',
      system: 'http://unitsofmeasure.org',
      code: '/min',
    },
  };
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

interface Plan {
  readonly buffers: number;
  readonly indexes: readonly string[];
  readonly sequential: readonly string[];
}

/** The plan that a session keeps for the statement's shape, and what it touches for these values. */
async function planOf(type: ResourceType, text: string): Promise<Plan> {
  const compiled = compileSearch(parsed(type, text), {
    tenant: 1,
    dictionary: stage.dictionary,
    gate: seeAll.current(),
    position: null,
    count: 20,
  });
  if (!compiled.ok) throw new Error(compiled.error);
  const { text: sql, values } = compiled.value;
  const client = await stage.database.appPool.connect();
  try {
    await client.query('set plan_cache_mode = force_generic_plan');
    await client.query(`prepare search as ${sql}`);
    const list = values.map((value) => literal(value)).join(', ');
    const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      `explain (analyze, buffers, format json) execute search(${list})`,
    );
    const root = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (root === undefined) throw new Error('no plan');
    return summary(root);
  } finally {
    await client.query('deallocate all').catch(() => undefined);
    await client.query('reset plan_cache_mode');
    client.release();
  }
}

const literal = (value: unknown): string =>
  Array.isArray(value)
    ? `'{${value.map((one) => `"${String(one)}"`).join(',')}}'`
    : `'${String(value).replaceAll("'", "''")}'`;

function summary(root: PlanNode): Plan {
  const nodes: PlanNode[] = [];
  const visit = (node: PlanNode): void => {
    nodes.push(node);
    node.Plans?.forEach(visit);
  };
  visit(root);
  const ran = nodes.filter((node) => node['Actual Loops'] > 0);
  return {
    buffers: root['Shared Hit Blocks'] + root['Shared Read Blocks'],
    indexes: [...new Set(ran.flatMap((node) => node['Index Name'] ?? []))],
    sequential: ran
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name'] ?? ''),
  };
}

/**
 * A search, the index it must run along, and the buffers that a page of 20 may touch: half as many
 * again as were measured. None reads a table from end to end but the smallest.
 */
const SEARCHES: readonly (readonly [ResourceType, string, string, number])[] = [
  ['Observation', 'patient=p7', 'resource_patient', 130],
  ['Observation', 'patient=p7&category=vital-signs', 'resource_patient', 180],
  ['Observation', 'patient=p0&category=vital-signs', 'resource_patient', 300],
  ['Observation', 'patient=p7&date=ge2020-01-05&_sort=-date', 'resource_patient', 90],
  // The length of the record does not count where a code is given.
  ['Observation', 'patient=p0&code=http://loinc.org|4548-4', 'token_patient', 30],
  ['Observation', 'patient=p0&code=4548-4', 'token_patient', 40],
  ['Observation', 'patient=p0&code=http://loinc.org|8867-4', 'token_patient', 300],
  ['Observation', 'patient=p0&code=8867-4,8310-5&date=ge2020-03', 'token_patient', 500],
  ['Observation', 'code=http://loinc.org|8867-4', 'token_value', 300],
  ['Observation', 'code=8867-4', 'token_value', 300],
  ['Observation', 'code=http://loinc.org|8867-4&_sort=date', 'token_value', 300],
  ['Observation', 'code=8867-4&date=ge2020-02&date=lt2020-03', 'token_value', 300],
  ['Observation', 'code=8867-4&date=ge2024', 'token_value', 60],
  ['Observation', 'date=ge2024', 'resource_at', 60],
  ['Observation', 'code-value-quantity=http://loinc.org|4548-4$gt10', 'composite_value', 40],
  ['Observation', 'value-quantity=gt98|http://unitsofmeasure.org|/min', 'quantity_value', 600],
  ['Observation', 'patient.identifier=urn:mrn|mrn-7', 'resource_patient', 350],
  ['Observation', 'patient.name=rare7&code=8867-4', 'string_value', 1_300],
  ['Observation', '_lastUpdated=gt2020-01-01', 'resource_at', 600],
  ['Observation', '_lastUpdated=gt2200-01-01', 'resource_updated', 40],
  ['Patient', 'identifier=urn:mrn|mrn-7', 'token_value', 30],
  ['Patient', 'name=rare7', 'string_value', 120],
  ['Patient', 'name=common', 'string_value', 1_000],
  ['Patient', 'birthdate=1957-02-03', 'date_value', 120],
  ['Patient', '_id=p7', 'resource_pkey', 30],
  ['Patient', '_has:Observation:patient:code=http://loinc.org|4548-4', 'token_value', 160],
  ['Patient', '_id=p7&_revinclude=Observation:patient', 'resource_patient', 190],
];
const SMALL: ReadonlySet<string> = new Set(['tenant_state', 'patient_state', 'reference_index']);

describe('the plan of a search', () => {
  it.each(SEARCHES)('%s?%s runs along %s and touches at most %i buffers', async (...search) => {
    const [type, text, index, most] = search;
    const plan = await planOf(type, text);
    expect(plan.indexes).toContain(index);
    expect(plan.sequential.filter((table) => !SMALL.has(table))).toEqual([]);
    expect(plan.buffers).toBeLessThanOrEqual(most);
  });
});

describe('before there are statistics', () => {
  it('a look-up by id still takes the primary key, and a page its own index', async () => {
    // As after the first load: as many rows as there are, and nothing known of them.
    await stage.database.pool.query(`delete from pg_statistic
      where starelid in (select oid from pg_class where relname like '%index' or relname = 'resource')`);
    await stage.database.pool.query(`update pg_class set reltuples = -1, relpages = 0
      where relname in ('resource', 'token_index')`);
    for (const [type, text, index] of SEARCHES) {
      const plan = await planOf(type, text);
      expect(plan.indexes, text).toContain(index);
      expect(plan.buffers, text).toBeLessThan(6_000);
    }
    const read = await stage.database.pool.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
      `explain (format json) select content from resource where tenant = 1 and type = 96 and id = 'o1-1'`,
    );
    expect(read.rows[0]?.['QUERY PLAN'][0]?.Plan['Index Name']).toBe('resource_pkey');
  });
});
