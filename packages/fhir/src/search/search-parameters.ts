import { definitions } from '../definitions.ts';
import type { ResourceType } from '../resource-types.ts';
import { type CompiledParameter, compileParameter } from './compile-parameter.ts';
import type { SearchParameter, UnsupportedParameter } from './search-parameter.ts';

interface TypeParameters {
  readonly supported: ReadonlyMap<string, CompiledParameter>;
  readonly unsupported: readonly UnsupportedParameter[];
}

const compiled = new Map<string, TypeParameters>();

/** The R4 search parameters of a type that can be indexed and searched, by code. */
export function searchParametersOf(type: ResourceType): ReadonlyMap<string, SearchParameter> {
  return compiledParametersOf(type).supported;
}

/** The R4 search parameters of a type that are defined but not offered, with why. */
export function unsupportedParametersOf(type: ResourceType): readonly UnsupportedParameter[] {
  return compiledParametersOf(type).unsupported;
}

/** Compiled at the first use of a type, then kept. */
export function compiledParametersOf(type: ResourceType): TypeParameters {
  let parameters = compiled.get(type);
  if (parameters === undefined) {
    parameters = compileType(type);
    compiled.set(type, parameters);
  }
  return parameters;
}

function compileType(type: ResourceType): TypeParameters {
  const supported = new Map<string, CompiledParameter>();
  const unsupported: UnsupportedParameter[] = [];
  for (const row of definitions().search) {
    if (!row.base.some((base) => base === type || ABSTRACT.has(base))) continue;
    const parameter = compileParameter(row, type);
    if ('reason' in parameter) unsupported.push(parameter);
    else supported.set(parameter.code, parameter);
  }
  return { supported, unsupported };
}

const ABSTRACT = new Set(['Resource', 'DomainResource']);

/** The `param` of every row a type's resources may have: parameter codes and derived ones. */
export function indexedParametersOf(type: ResourceType): readonly string[] {
  return [...searchParametersOf(type).values()].flatMap((parameter) => {
    const { code, kind } = parameter;
    if (kind === 'id' || kind === 'lastUpdated') return [];
    return [code, ...derivationsOf(parameter).map((name) => `${code}:${name}`)];
  });
}

const DERIVED = ['text', 'of-type', 'identifier'];

function derivationsOf({ kind, modifiers, components = [] }: SearchParameter): readonly string[] {
  if (kind === 'quantity' || components.includes('quantity')) return ['canonical'];
  return DERIVED.filter((name) => modifiers.includes(name));
}
