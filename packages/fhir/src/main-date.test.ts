import { describe, expect, it } from 'vitest';
import { mainDate, mainDateParameter } from './main-date.ts';
import { resourceTypes } from './resource-types.ts';
import { searchParametersOf } from './search/search-parameters.ts';

describe('the main date of a type', () => {
  it('is served by a date parameter of the type wherever one is named', () => {
    const named = resourceTypes.filter((type) => mainDateParameter(type) !== null);
    expect(named.length).toBeGreaterThan(40);
    for (const type of named) {
      const param = mainDateParameter(type) ?? '';
      expect(searchParametersOf(type).get(param)?.kind, `${type}.${param}`).toBe('date');
    }
  });

  it.each([
    [{ effectiveDateTime: '2024-03' }, '2024-03-01T00:00:00.000Z'],
    [{ effectivePeriod: { start: '2024-03-01T10:00:00+02:00' } }, '2024-03-01T08:00:00.000Z'],
    [{ effectivePeriod: { end: '2024-03-01' } }, '2024-03-02T00:00:00.000Z'],
    [{ issued: '2024-03-01T00:00:00Z' }, '2024-03-01T00:00:00.000Z'],
    [{ effectiveDateTime: 'soon' }, null],
    [{}, null],
  ])('of an Observation with %j is %s', (part, date) => {
    expect(mainDate({ resourceType: 'Observation', ...part })).toBe(date);
  });

  it('of a Condition is the recorded date before the onset', () => {
    const onset = { onsetDateTime: '2020-01-01' };
    const both = { resourceType: 'Condition', recordedDate: '2024-01-01', ...onset } as const;
    expect(mainDate(both)).toBe('2024-01-01T00:00:00.000Z');
    expect(mainDate({ resourceType: 'Condition', ...onset })).toBe('2020-01-01T00:00:00.000Z');
  });

  it('does not exist for a type without clinical dates', () => {
    expect(mainDate({ resourceType: 'Organization' })).toBeNull();
  });

  it('compiles for every type', () => {
    for (const resourceType of resourceTypes) expect(mainDate({ resourceType })).toBeNull();
  });
});
