import { describe, expect, it } from 'vitest';
import { type News2Input, scoreNews2 } from './news2.ts';
import type { Acvpu } from './news2-table.ts';

const WELL: News2Input = {
  age: 40,
  saturationScale: 1,
  respiration: 18,
  saturation: 97,
  oxygen: false,
  systolic: 120,
  pulse: 75,
  consciousness: 'A',
  temperature: 37.0,
  absent: {},
};

const total = (change: Partial<News2Input>) => scoreNews2({ ...WELL, ...change }).total;

describe('NEWS2 vectors', () => {
  const septic: Partial<News2Input> = {
    respiration: 25,
    saturation: 91,
    oxygen: true,
    systolic: 90,
    pulse: 131,
    consciousness: 'V',
    temperature: 39.1,
  };
  it.each<[string, Partial<News2Input>, number]>([
    ['a well adult', {}, 0],
    [
      'a febrile adult',
      { respiration: 21, saturation: 95, systolic: 110, pulse: 91, temperature: 38.1 },
      6,
    ],
    ['a shocked adult', septic, 19],
    ['the same, cold: the maximum', { ...septic, temperature: 35.0 }, 20],
    ['a slow breather', { respiration: 8, saturation: 96 }, 3],
    ['scale 2, 93 % on air', { saturationScale: 2, saturation: 93 }, 0],
    ['scale 2, 93 % on oxygen', { saturationScale: 2, saturation: 93, oxygen: true }, 3],
    ['scale 2, 97 % on oxygen', { saturationScale: 2, saturation: 97, oxygen: true }, 5],
  ])('%s', (_name, change, expected) => {
    expect(total(change)).toBe(expected);
  });
});

describe('every edge of the chart and its neighbours', () => {
  it.each<[number, number]>([
    [0, 3],
    [7, 3],
    [8, 3],
    [9, 1],
    [10, 1],
    [11, 1],
    [12, 0],
    [13, 0],
    [19, 0],
    [20, 0],
    [21, 2],
    [22, 2],
    [23, 2],
    [24, 2],
    [25, 3],
    [26, 3],
  ])('respiration %i scores %i', (respiration, points) => {
    expect(total({ respiration })).toBe(points);
  });

  it.each<[number, number]>([
    [90, 3],
    [91, 3],
    [92, 2],
    [93, 2],
    [94, 1],
    [95, 1],
    [96, 0],
    [97, 0],
    [100, 0],
  ])('saturation %i on scale 1 scores %i', (saturation, points) => {
    expect(total({ saturation })).toBe(points);
  });

  it.each<[number, number, number]>([
    [82, 3, 3],
    [83, 3, 3],
    [84, 2, 2],
    [85, 2, 2],
    [86, 1, 1],
    [87, 1, 1],
    [88, 0, 0],
    [89, 0, 0],
    [91, 0, 0],
    [92, 0, 0],
    [93, 0, 1],
    [94, 0, 1],
    [95, 0, 2],
    [96, 0, 2],
    [97, 0, 3],
    [98, 0, 3],
  ])('saturation %i on scale 2 scores %i on air, %i on oxygen', (saturation, air, oxygen) => {
    expect(total({ saturation, saturationScale: 2 })).toBe(air);
    expect(total({ saturation, saturationScale: 2, oxygen: true })).toBe(oxygen + 2);
  });

  it.each<[number, number]>([
    [89, 3],
    [90, 3],
    [91, 2],
    [92, 2],
    [99, 2],
    [100, 2],
    [101, 1],
    [102, 1],
    [109, 1],
    [110, 1],
    [111, 0],
    [112, 0],
    [218, 0],
    [219, 0],
    [220, 3],
    [221, 3],
  ])('systolic %i scores %i', (systolic, points) => {
    expect(total({ systolic })).toBe(points);
  });

  it.each<[number, number]>([
    [39, 3],
    [40, 3],
    [41, 1],
    [42, 1],
    [49, 1],
    [50, 1],
    [51, 0],
    [52, 0],
    [89, 0],
    [90, 0],
    [91, 1],
    [92, 1],
    [109, 1],
    [110, 1],
    [111, 2],
    [112, 2],
    [129, 2],
    [130, 2],
    [131, 3],
    [132, 3],
  ])('pulse %i scores %i', (pulse, points) => {
    expect(total({ pulse })).toBe(points);
  });

  it.each<[number, number]>([
    [34.9, 3],
    [35.0, 3],
    [35.1, 1],
    [35.2, 1],
    [35.9, 1],
    [36.0, 1],
    [36.1, 0],
    [36.2, 0],
    [37.9, 0],
    [38.0, 0],
    [38.1, 1],
    [38.2, 1],
    [38.9, 1],
    [39.0, 1],
    [39.1, 2],
    [39.2, 2],
  ])('temperature %d scores %i', (temperature, points) => {
    expect(total({ temperature })).toBe(points);
  });

  it.each<[Acvpu, number]>([
    ['A', 0],
    ['C', 3],
    ['V', 3],
    ['P', 3],
    ['U', 3],
  ])('consciousness %s scores %i', (consciousness, points) => {
    expect(total({ consciousness })).toBe(points);
  });

  it.each<[boolean, number]>([
    [false, 0],
    [true, 2],
  ])('oxygen %s scores %i', (oxygen, points) => {
    expect(total({ oxygen })).toBe(points);
  });
});

describe('NEWS2 rounding', () => {
  it.each<[Partial<News2Input>, number]>([
    [{ temperature: 35.04 }, 3],
    [{ temperature: 35.05 }, 1],
    [{ temperature: 39.04 }, 1],
    [{ temperature: 39.05 }, 2],
    [{ respiration: 8.4 }, 3],
    [{ respiration: 8.5 }, 1],
    [{ respiration: 24.5 }, 3],
    [{ saturation: 95.4 }, 1],
    [{ saturation: 95.5 }, 0],
    [{ systolic: 219.5 }, 3],
    [{ pulse: 130.5 }, 3],
  ])('rounds before it scores: %o', (change, points) => {
    expect(total(change)).toBe(points);
  });
});

describe('NEWS2 bands', () => {
  it.each<[string, Partial<News2Input>, string]>([
    ['4 in all', { respiration: 21, systolic: 100 }, 'low'],
    ['3 from one parameter', { respiration: 25 }, 'low-medium'],
    ['5 in all', { respiration: 21, systolic: 100, pulse: 91 }, 'medium'],
    ['6 in all', { respiration: 21, systolic: 100, pulse: 111 }, 'medium'],
    ['7 in all', { respiration: 21, systolic: 100, pulse: 111, saturation: 95 }, 'high'],
  ])('%s', (_name, change, band) => {
    expect(scoreNews2({ ...WELL, ...change }).band).toBe(band);
  });
});

describe('NEWS2 gates', () => {
  it('does not apply below 16 years, and does from the birthday on', () => {
    const child = scoreNews2({ ...WELL, age: 15, respiration: 30 });
    expect(child).toMatchObject({ evaluable: false, total: null, signals: [] });
    expect(child.flags).toEqual(['age-below-16']);
    expect(total({ age: 16, respiration: 30 })).toBe(3);
  });

  it('gives a bound and no total where the age is unknown', () => {
    const output = scoreNews2({ ...WELL, age: null, respiration: 30 });
    expect(output).toMatchObject({ total: null, lowerBound: 3, evaluable: true });
    expect(output.flags).toContain('age-unknown');
  });

  it('gives a bound and no total where an input is missing, and still signals', () => {
    const output = scoreNews2({ ...WELL, respiration: 25, temperature: null });
    expect(output).toMatchObject({ total: null, lowerBound: 3 });
    expect(output.signals).toContainEqual({
      id: 'news2-red-parameter',
      value: 1,
      source: 'news2@1',
    });
  });

  it('on scale 2 without air or oxygen known, keeps to what both readings guarantee', () => {
    const unknown = { saturationScale: 2, oxygen: null } as const;
    expect(scoreNews2({ ...WELL, ...unknown, saturation: 97 }).lowerBound).toBe(0);
    expect(scoreNews2({ ...WELL, ...unknown, saturation: 83 }).lowerBound).toBe(3);
  });

  it.each<[Partial<News2Input>]>([
    [{ temperature: 98.6 }],
    [{ saturation: 101 }],
    [{ pulse: -1 }],
    [{ systolic: 351 }],
  ])('sets an impossible value aside instead of scoring it: %o', (change) => {
    const output = scoreNews2({ ...WELL, ...change });
    expect(output.total).toBeNull();
    expect(output.parts.map((part) => part.absent)).toContain('implausible');
  });

  it('is not evaluable with no input at all', () => {
    const nothing = {
      respiration: null,
      saturation: null,
      oxygen: null,
      systolic: null,
      pulse: null,
      consciousness: null,
      temperature: null,
    };
    expect(scoreNews2({ ...WELL, ...nothing })).toMatchObject({ evaluable: false, signals: [] });
  });
});
