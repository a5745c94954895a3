import { describe, expect, it } from 'vitest';
import { isResourceType } from '../resource-types.ts';
import { hasSharedData, usCoreCapabilities } from '../testing/shared-data.ts';
import { parseSearch } from './parse-search.ts';

const COMBINATION =
  'http://hl7.org/fhir/StructureDefinition/capabilitystatement-search-parameter-combination';

const SAMPLE: Readonly<Record<string, string>> = {
  token: 'http://example.org|a',
  date: 'ge2024-01-01T10:00:00+02:00',
  reference: 'Patient/1',
  string: 'x',
};

interface Capability {
  readonly type: string;
  readonly searchParam?: readonly { readonly name: string; readonly type: string }[];
  readonly searchInclude?: readonly string[];
  readonly searchRevInclude?: readonly string[];
  readonly extension?: readonly {
    readonly url: string;
    readonly extension: readonly { readonly url: string; readonly valueString?: string }[];
  }[];
}

function read(type: string, pairs: readonly (readonly [string, string])[]): void {
  if (!isResourceType(type)) throw new Error(type);
  const query = new URLSearchParams();
  for (const [name, value] of pairs) query.append(name, value);
  const parsed = parseSearch(type, query);
  const name = `${type}?${query.toString()}`;
  expect(parsed.ok ? parsed.value.unknown : parsed.error, name).toEqual([]);
}

describe.skipIf(!hasSharedData())("what US Core's CapabilityStatement asks of a server", () => {
  const [rest] = usCoreCapabilities()['rest'] as unknown as { resource: Capability[] }[];
  const capabilities = rest?.resource ?? [];
  const sampleOf = ({ searchParam = [] }: Capability, name: string): string =>
    name === '_id'
      ? '1'
      : (SAMPLE[searchParam.find((one) => one.name === name)?.type ?? ''] ?? '1');

  it('is read: all 108 parameters', () => {
    let count = 0;
    for (const capability of capabilities) {
      for (const { name } of capability.searchParam ?? []) {
        read(capability.type, [[name, sampleOf(capability, name)]]);
        count++;
      }
    }
    expect(count).toBe(108);
  });

  it('is read: all 70 combinations', () => {
    let count = 0;
    for (const capability of capabilities) {
      for (const { url, extension } of capability.extension ?? []) {
        if (url !== COMBINATION) continue;
        const names = extension.flatMap(({ valueString }) => valueString ?? []);
        expect(names.length).toBeGreaterThan(1);
        read(
          capability.type,
          names.map((name) => [name, sampleOf(capability, name)]),
        );
        count++;
      }
    }
    expect(count).toBe(70);
  });

  it('is read: every include', () => {
    const includes = capabilities.flatMap(({ type, searchInclude = [], searchRevInclude = [] }) => [
      ...searchInclude.map((value) => [type, '_include', value] as const),
      ...searchRevInclude.map((value) => [type, '_revinclude', value] as const),
    ]);
    expect(includes.length).toBeGreaterThan(20);
    for (const [type, name, value] of includes) read(type, [[name, value]]);
  });
});
