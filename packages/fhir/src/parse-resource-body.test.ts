import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDepth, jsonErrorPosition } from './json-syntax.ts';
import { MAX_BODY_CHARACTERS, MAX_JSON_DEPTH } from './limits.ts';
import { parseResourceBody } from './parse-resource-body.ts';

const problem = (text: string) => {
  const result = parseResourceBody(text, { type: 'Patient' });
  return result.ok ? undefined : result.error[0];
};

describe('reading a body', () => {
  it('returns the resource', () => {
    const body = { resourceType: 'Patient', id: '1' };
    expect(parseResourceBody(JSON.stringify(body))).toEqual({ ok: true, value: body });
  });

  it.each([
    ['{"resourceType":"Patient",}', 'line 1, column 27'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3'],
    ['{"a":[1,2}', 'line 1, column 10'],
    ['{"a":"Smith\u0001"}', 'line 1, column 12'],
    ['', 'line 1, column 1'],
    ['{} x', 'line 1, column 4'],
  ])('says where %j stops being JSON, without quoting it', (text, place) => {
    expect(problem(text)).toMatchObject({ code: 'invalid', diagnostics: `not JSON: ${place}` });
  });

  it.each(['[]', '"x"', 'null', '{}', '{"resourceType":"Nothing"}', '{"resourceType":"Group"}'])(
    'refuses %s where a Patient belongs',
    (text) => {
      expect(problem(text)?.mend).toBeTruthy();
    },
  );

  it('refuses beyond the limits of depth and size before parsing', () => {
    const nested = `${'['.repeat(MAX_JSON_DEPTH + 1)}${']'.repeat(MAX_JSON_DEPTH + 1)}`;
    expect(problem(nested)).toMatchObject({ code: 'too-costly' });
    expect(problem(' '.repeat(MAX_BODY_CHARACTERS + 1))).toMatchObject({ code: 'too-long' });
    expect(problem('{'.repeat(1_000_000))).toMatchObject({ code: 'too-costly' });
  });

  it('counts no brackets inside strings', () => {
    expect(jsonDepth('{"a":"[[[{{{\\"[[","b":[{}]}')).toBe(3);
  });

  it('places an error where the text up to it was still fine', () => {
    const damaged = fc.tuple(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 2 }));
    fc.assert(
      fc.property(damaged, ([json, at, noise]) => {
        const cut = at % (json.length + 1);
        const text = json.slice(0, cut) + noise + json.slice(cut);
        if (isJson(text)) return;
        const place = jsonErrorPosition(text);
        const lines = text.split('\n').slice(0, place.line);
        const before = [...lines.slice(0, -1), lines.at(-1)?.slice(0, place.column - 1)].join('\n');
        expect(endOf(before)).toEqual(place);
        expect(jsonErrorPosition(before)).toEqual(place);
      }),
      { numRuns: 1000 },
    );
  });

  it('runs to the end of every valid text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        expect(jsonErrorPosition(json)).toEqual(endOf(json));
      }),
      { numRuns: 1000 },
    );
  });

  it('survives strings that are long in every way', () => {
    for (const unit of ['x', '\\n', '\\u0041']) {
      const text = `{"a":"${unit.repeat(200_000)}",}`;
      expect(problem(text)?.diagnostics).toMatch(/^not JSON/);
    }
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function endOf(text: string) {
  const lines = text.split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

describe('a body with a value that cannot be kept', () => {
  const patient = (rest: string) => `{"resourceType":"Patient",${rest}}`;

  it.each([
    ['"multipleBirthInteger":1e999', 'Patient.multipleBirthInteger'],
    ['"x":[{"y":1},{"y":-1e400}]', 'Patient.x[1].y'],
  ])('of a number too large, %s, names %s', (rest, expression) => {
    expect(problem(patient(rest))).toMatchObject({ code: 'value', expression });
  });

  it.each([
    ['"name":[{"family":"Ada"},{"family":"A\\ud800b"}]', 'Patient.name[1].family'],
    ['"name":[{"given":["\\uDC00"]}]', 'Patient.name[0].given[0]'],
    ['"name":[{"a\\udfff":1}]', 'Patient.name[0]'],
    ['"name":[{"family":"\\uDE00\\uD83D"}]', 'Patient.name[0].family'],
  ])('of half a surrogate pair, %s, names %s', (rest, expression) => {
    expect(problem(patient(rest))).toMatchObject({ code: 'value', expression });
  });

  it.each(['"name":[{"family":"\\uD83D\\uDE00"}]', '"name":[{"family":"\\\\ud800"}]'])(
    'is not one with whole characters: %s',
    (rest) => {
      expect(problem(patient(rest))).toBeUndefined();
    },
  );
});
