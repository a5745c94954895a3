import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CHAIN_LINKS, MAX_CHAIN_TARGETS, MAX_SEARCH_CONDITIONS } from '../limits.ts';
import type { ResourceType } from '../resource-types.ts';
import { parseSearch } from './parse-search.ts';
import type { Criterion } from './search-criterion.ts';

function only(type: ResourceType, query: string): Criterion | undefined {
  const parsed = parseSearch(type, query);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  expect(parsed.value.criteria).toHaveLength(1);
  return parsed.value.criteria[0];
}

const problems = (type: ResourceType, query: string) => {
  const parsed = parseSearch(type, query);
  return parsed.ok ? [] : parsed.error;
};

const name = { kind: 'string', param: 'name' };

describe('a chain', () => {
  it('leads to the type it names', () => {
    expect(only('Observation', 'subject:Patient.name=x')).toMatchObject({
      kind: 'chain',
      param: 'subject',
      targets: [{ type: 'Patient', criterion: name }],
    });
  });

  it('without a type leads to every target that has the parameter', () => {
    const criterion = only('Observation', 'subject.identifier=x');
    const types = criterion?.kind === 'chain' ? criterion.targets.map(({ type }) => type) : [];
    expect(types.sort()).toEqual(['Device', 'Group', 'Location', 'Patient']);
    expect(only('Observation', 'subject.birthdate=2000')).toMatchObject({
      targets: [{ type: 'Patient' }],
    });
  });

  it('goes on over several links, with a modifier at its end', () => {
    const query = 'encounter.service-provider.partof.name:exact=x';
    expect(only('Observation', query)).toMatchObject({
      targets: [
        {
          type: 'Encounter',
          criterion: {
            param: 'service-provider',
            targets: [
              { criterion: { param: 'partof', targets: [{ criterion: { modifier: 'exact' } }] } },
            ],
          },
        },
      ],
    });
  });

  it('ends in any kind of parameter, also in _id and in a reverse link', () => {
    expect(only('Observation', 'subject:Patient._id=1')).toMatchObject({
      targets: [{ criterion: { kind: 'id', values: ['1'] } }],
    });
    const query = 'patient._has:Condition:subject:code=x';
    expect(only('Observation', query)).toMatchObject({
      targets: [{ type: 'Patient', criterion: { kind: 'has', type: 'Condition' } }],
    });
  });

  it('that no target can take is an unknown parameter', () => {
    const parsed = parseSearch('Observation', 'subject.nothing=1&nothing.name=1');
    expect(parsed).toMatchObject({
      value: { criteria: [], unknown: ['subject.nothing', 'nothing.name'] },
    });
  });

  it('is refused for a value that its target cannot read', () => {
    expect(problems('Observation', 'subject:Patient.birthdate=old')).toMatchObject([
      { parameter: 'subject:Patient.birthdate', code: 'value' },
    ]);
  });

  it('is refused where it leads to too many types, with the way out', () => {
    const [problem] = problems('AuditEvent', 'entity._lastUpdated=2024');
    expect(problem).toMatchObject({ parameter: 'entity._lastUpdated', code: 'too-costly' });
    expect(problem?.diagnostics).toContain(String(MAX_CHAIN_TARGETS));
    expect(problems('AuditEvent', 'entity:Patient._lastUpdated=2024')).toEqual([]);
  });
});

describe('a reverse chain', () => {
  it('finds what another type points at', () => {
    expect(only('Patient', '_has:Observation:patient:code=1234-5')).toMatchObject({
      kind: 'has',
      type: 'Observation',
      param: 'patient',
      criterion: { kind: 'token', param: 'code', values: [{ code: '1234-5' }] },
    });
  });

  it('nests, and goes on as a chain', () => {
    const nested = '_has:Observation:patient:_has:AuditEvent:entity:agent:Practitioner.name=x';
    expect(only('Patient', nested)).toMatchObject({
      criterion: { kind: 'has', type: 'AuditEvent', criterion: { kind: 'chain', param: 'agent' } },
    });
  });

  it.each([
    '_has:Observation:patient=x',
    '_has:Nothing:patient:code=x',
    '_has:Observation:code:code=x',
    '_has:Observation=x',
  ])('is refused as %s', (query) => {
    expect(problems('Patient', query)).toMatchObject([{ code: 'invalid' }]);
  });
});

describe('any combination of names, colons and dots', () => {
  const word = fc.constantFrom('_has', 'subject', 'Patient', 'Observation', 'patient', 'code', 'x');
  const sign = fc.constantFrom(':', '.', '::', '');
  const spelt = fc
    .array(fc.tuple(word, sign), { minLength: 1, maxLength: 8 })
    .map((some) => some.flat().join(''));

  it('is read or refused, never thrown out', () => {
    fc.assert(
      fc.property(spelt, fc.string(), (parameter, value) => {
        const query = new URLSearchParams([[parameter, value]]);
        const parsed = parseSearch('Observation', query);
        expect(parsed.ok || parsed.error.every((one) => one.parameter === parameter)).toBe(true);
      }),
    );
  });
});

describe('the limits of chains', () => {
  it('are met and exceeded by one link', () => {
    const link = 'has-member:Observation.';
    const within = `${link.repeat(MAX_CHAIN_LINKS)}status=final`;
    expect(problems('Observation', within)).toEqual([]);
    expect(problems('Observation', `${link}${within}`)).toMatchObject([{ code: 'too-costly' }]);
  });

  it('count _has and chains together', () => {
    const mixed = `_has:Observation:patient:${'has-member:Observation.'.repeat(MAX_CHAIN_LINKS - 1)}`;
    expect(problems('Patient', `${mixed}status=final`)).toEqual([]);
    const longer = `${mixed}has-member:Observation.status=final`;
    expect(problems('Patient', longer)).toMatchObject([{ code: 'too-costly' }]);
  });

  it('hold the branches of all untyped chains together', () => {
    // Each leads to 146 types; what is refused for its width has been counted all the same.
    const wide = Array(Math.ceil(MAX_SEARCH_CONDITIONS / 146))
      .fill('target._id=1')
      .join('&');
    const found = problems('Provenance', wide).map(({ diagnostics }) => diagnostics);
    expect(found.at(0)).toContain(`more than ${MAX_CHAIN_TARGETS} types`);
    expect(found.at(-1)).toContain(`more than ${MAX_SEARCH_CONDITIONS} conditions`);
  });
});
