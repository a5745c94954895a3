import { err, ok } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { identityLimits } from '../limits.ts';
import { person, population } from '../testing/people.ts';
import { readParameters } from './parameters.ts';
import { train } from './training.ts';

describe('trained parameters', () => {
  const parameters = train(population());

  it('are read back from JSON as they were', () => {
    expect(readParameters(JSON.parse(JSON.stringify(parameters)))).toEqual(ok(parameters));
  });

  it('are the same whenever the same records train them', () => {
    expect(train(population())).toEqual(parameters);
  });

  it.each([
    ['version', { ...parameters, version: 2 }],
    ['prior', { ...parameters, prior: 0 }],
    [
      'fields.given.m.exact',
      { ...parameters, fields: { ...parameters.fields, given: { m: {}, u: {} } } },
    ],
    ['fields.state', { ...parameters, fields: { ...parameters.fields, state: 1 } }],
  ])('are refused by the place that is wrong: %s', (at, value) => {
    expect(readParameters(value)).toEqual(err(expect.objectContaining({ at })));
  });

  it('of no records at all score without a number that is none', () => {
    const { prior } = train([]);
    expect(prior).toBe(0.5);
  });

  it('keep the most frequent values up to the limit', () => {
    const most = identityLimits.termsPerField;
    const rare = Array.from({ length: most }, (_, at) => person(`${at}`, { given: `name${at}` }));
    const common = ['x', 'y'].map((id) => person(id, { given: 'zz' }));
    const terms = train([...rare, ...common]).fields.given.terms ?? [];
    expect(terms).toHaveLength(most);
    expect(terms[0]).toEqual(['zz', 2 / (most + 2)]);
  });
});
