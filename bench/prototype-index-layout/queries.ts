/** One search as it reaches PostgreSQL, in the form each layout allows. */
export interface Search {
  readonly name: string;
  readonly sql: Readonly<Partial<Record<Form, string>>>;
  readonly values: (draw: Draw) => unknown[];
}

/** `a` drives by the patient's rows and probes; `aKeys` probes before it reads the rows; `b` scans. */
export type Form = 'a' | 'aKeys' | 'b';

/** Draws the values of one run from the population. */
export interface Draw {
  readonly usual: () => number;
  readonly dense: () => number;
  readonly intensive: () => number;
  readonly commonCode: () => string;
  readonly rareCode: () => string;
  readonly encounter: () => number;
  readonly below: (limit: number) => number;
}

const NEWEST = 'order by r.at desc, r.key desc limit 20';
const OF_PATIENT = 'r.tenant = 1 and r.patient = $1 and r.type = 3 and not r.deleted';
// A scalar sub-select is never turned into a join: the plan stays one probe a row.
const PROBE = `(select true from a.token_index t where t.tenant = 1 and t.param = $2 and t.code = $3
  and t.system = $4 and t.at = r.at and t.resource = r.key)`;

const ofPatient: Search['sql'] = {
  a: `select r.key, r.content from resource r where ${OF_PATIENT} and ${PROBE} ${NEWEST}`,
  aKeys: `select d.key, d.content from (select r.key, r.at from resource r
      where ${OF_PATIENT} and ${PROBE} ${NEWEST}) k
    join resource d on d.tenant = 1 and d.key = k.key order by k.at desc, k.key desc`,
  b: `select r.key, r.content from b.token_index t
    join resource r on r.tenant = 1 and r.key = t.resource and not r.deleted
    where t.tenant = 1 and t.patient = $1 and t.param = $2 and t.code = $3 and t.system = $4
    order by t.at desc, t.resource desc limit 20`,
};

const countOfPatient: Search['sql'] = {
  a: `select count(*) from resource r where ${OF_PATIENT} and ${PROBE}`,
  b: `select count(*) from b.token_index t join resource r on r.tenant = 1 and r.key = t.resource
    and not r.deleted where t.tenant = 1 and t.patient = $1 and t.param = $2 and t.code = $3
    and t.system = $4`,
};

/** The same statement over either layout's tables. */
function both(sql: (layout: 'a' | 'b') => string): Search['sql'] {
  return { a: sql('a'), b: sql('b') };
}

const crossPatient = both(
  (layout) => `select r.key, r.content from ${layout}.token_index t
    join resource r on r.tenant = 1 and r.key = t.resource and not r.deleted
    where t.tenant = 1 and t.param = $1 and t.code = $2 and t.system = $3
    order by t.at desc, t.resource desc limit 20`,
);

export const searches: readonly Search[] = [
  {
    name: 'categoryUsual',
    sql: ofPatient,
    values: (draw) => [draw.usual(), 20, 'vital-signs', 1],
  },
  {
    name: 'categoryDense',
    sql: ofPatient,
    values: (draw) => [draw.dense(), 20, 'vital-signs', 1],
  },
  {
    name: 'categoryIntensive',
    sql: ofPatient,
    values: (draw) => [draw.intensive(), 20, 'vital-signs', 1],
  },
  { name: 'surveyDense', sql: ofPatient, values: (draw) => [draw.dense(), 20, 'survey', 1] },
  {
    name: 'rareCodeDense',
    sql: ofPatient,
    values: (draw) => [draw.dense(), 21, draw.rareCode(), 2],
  },
  {
    name: 'rareCodeIntensive',
    sql: ofPatient,
    values: (draw) => [draw.intensive(), 21, draw.rareCode(), 2],
  },
  {
    name: 'countCodeDense',
    sql: countOfPatient,
    values: (draw) => [draw.dense(), 21, draw.commonCode(), 2],
  },
  {
    name: 'countCodeIntensive',
    sql: countOfPatient,
    values: (draw) => [draw.intensive(), 21, draw.commonCode(), 2],
  },
  { name: 'codeNewest', sql: crossPatient, values: (draw) => [21, draw.commonCode(), 2] },
  {
    name: 'codeMonth',
    sql: both(
      (layout) => `select r.key, r.content from ${layout}.token_index t
        join resource r on r.tenant = 1 and r.key = t.resource and not r.deleted
        where t.tenant = 1 and t.param = $1 and t.code = $2 and t.system = $3
          and t.at >= $4::timestamptz and t.at < $4::timestamptz + interval '1 month'
        order by t.at desc, t.resource desc limit 20`,
    ),
    values: (draw) => [
      21,
      draw.commonCode(),
      2,
      `${2020 + draw.below(6)}-0${1 + draw.below(9)}-01`,
    ],
  },
  {
    name: 'identifier',
    sql: crossPatient,
    values: (draw) => [1, `MRN${String(draw.usual()).padStart(9, '0')}`, 6],
  },
  {
    name: 'namePrefix',
    sql: both(
      (layout) => `select r.key, r.content from ${layout}.string_index t
        join resource r on r.tenant = 1 and r.key = t.resource and not r.deleted
        where t.tenant = 1 and t.param = $1 and t.value >= $2 and t.value < $3
        order by t.value, t.at, t.resource limit 20`,
    ),
    values: (draw) => {
      const prefix = `fam0${draw.below(0x900).toString(16).padStart(3, '0')}`;
      return [4, prefix, `${prefix}~`];
    },
  },
  {
    name: 'encounter',
    sql: both(
      (layout) => `select r.key, r.content from ${layout}.reference_index t
        join resource r on r.tenant = 1 and r.key = t.resource and not r.deleted
        where t.tenant = 1 and t.param = 25 and t.target = $1
        order by t.at desc, t.resource desc limit 20`,
    ),
    values: (draw) => [draw.encounter()],
  },
];
