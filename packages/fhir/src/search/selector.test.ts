import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../json.ts';
import { parseExpression } from './expression.ts';
import { compileSelectors, compileVisit, Uncompilable } from './selector.ts';

function evaluate(text: string, resource: JsonObject): JsonValue[] {
  const expression = parseExpression(text);
  if (expression === undefined) throw new Error(`unparsable: ${text}`);
  const found: JsonValue[] = [];
  for (const { steps } of compileSelectors(expression, 'Observation')) {
    compileVisit<JsonValue[]>(steps, (value, out) => out.push(value))(resource, found);
  }
  return found;
}

const observation: JsonObject = {
  resourceType: 'Observation',
  valueQuantity: { value: 1 },
  extension: [
    { url: 'http://a', valueString: 'x' },
    { url: 'http://b', valueString: 'y' },
  ],
  performer: [{ reference: 'Practitioner/1' }, { reference: 'Patient/2' }, { type: 'Patient' }],
  component: [
    { valueString: 'one', code: { text: 'a' } },
    { valueBoolean: true, code: { text: 'b' } },
  ],
};

describe('the FHIRPath subset', () => {
  it.each([
    ['Observation.value', [{ value: 1 }]],
    ['(Observation.value as Quantity).value', [1]],
    ['Observation.value.ofType(string)', []],
    ['Observation.component.value', ['one', true]],
    ['Observation.component[1].value', [true]],
    ["Observation.extension('http://b').value.as(string)", ['y']],
    ['Observation.performer.where(resolve() is Patient).reference', ['Patient/2']],
    ["Observation.component.code.where(text = 'b').text", ['b']],
    ['Observation.component.where(value.exists() and code.exists()).code.text', ['a', 'b']],
    ["Observation.component.where(code.exists()).code.where(text != 'b').text", ['a']],
    ['Patient.name | Observation.component.value.as(boolean)', [true]],
  ])('evaluates %s', (text, expected) => {
    expect(evaluate(text, observation)).toEqual(expected);
  });

  it.each(['Observation.', 'a b', "where(x = 'y", '(a', 'a + b', ''])('cannot read %j', (text) => {
    expect(parseExpression(text)).toBeUndefined();
  });

  it.each(['Observation.nothing', 'Observation.code.first()', "Observation.code = 'x'"])(
    'refuses to compile %s',
    (text) => {
      expect(() => evaluate(text, observation)).toThrow(Uncompilable);
    },
  );
});
