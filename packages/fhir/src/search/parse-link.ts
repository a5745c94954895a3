import { err, ok, type Result } from '@holdfast/kernel';
import { MAX_CHAIN_LINKS, MAX_CHAIN_TARGETS, MAX_SEARCH_CONDITIONS } from '../limits.ts';
import { isResourceType, type ResourceType } from '../resource-types.ts';
import { parseCriterion } from './parse-criterion.ts';
import { idValue } from './read-value.ts';
import type { ChainTarget, Criterion } from './search-criterion.ts';
import {
  badModifier,
  badValue,
  notYet,
  tooMany,
  unchainable,
  unsupported,
  wideChain,
} from './search-problems.ts';
import type { SearchProblem } from './search-query.ts';
import { sharedParameter, unsupportedParameter } from './search-scope.ts';
import { readValues } from './value-text.ts';

/** What stays the same while the links of one parameter are followed. */
export interface Reading {
  /** The parameter as the caller wrote it. */
  readonly written: string;
  readonly text: string;
  readonly base: string | undefined;
  /** Conditions read so far by the whole search, on every branch. */
  readonly spent: { conditions: number };
}

/** Where the next name is read: the types that may have it, and how many links led here. */
interface Place {
  readonly types: readonly ResourceType[];
  readonly links: number;
}

/** `unknown`: the types have no such parameter. */
type Parsed = Result<Criterion, SearchProblem | 'unknown'>;

/**
 * Reads a parameter: plain, chained (`subject:Patient.name`), reverse chained (`_has:…`) or any mix
 * (https://hl7.org/fhir/R4/search.html#chaining).
 */
export function parseParameter(name: string, reading: Reading, place: Place): Parsed {
  reading.spent.conditions++;
  if (overspent(reading)) return err(tooManyConditions(reading));
  if (place.links > MAX_CHAIN_LINKS) {
    return err(tooMany(reading.written, 'links', MAX_CHAIN_LINKS));
  }
  if (name.startsWith('_has:')) return parseHas(name, reading, place);
  const dot = name.indexOf('.');
  return dot > 0 ? parseChain(name, reading, place) : parseOwn(name, reading, place);
}

function parseOwn(name: string, reading: Reading, { types }: Place): Parsed {
  const { written, text, base } = reading;
  const [code = '', modifier, ...more] = name.split(':');
  if (code === '_list') return parseList(reading);
  const later = notYet(written, code);
  if (later !== undefined) return err(later);
  const parameter = sharedParameter(types, code);
  if (parameter === undefined) {
    const why = unsupportedParameter(types, code);
    return err(why === undefined ? 'unknown' : unsupported(written, why));
  }
  if (more.length > 0) return err(badModifier(written, parameter.modifiers));
  return parseCriterion(parameter, { written, modifier, text, base });
}

/** `_list=42`: what that List has as items. */
function parseList({ written, text }: Reading): Parsed {
  const values = readValues(text, idValue);
  if (values === undefined) return err(badValue(written, 'the id of a List'));
  const criterion: Criterion = { kind: 'id', param: '_id', values };
  return ok({ kind: 'has', type: 'List', param: 'item', criterion });
}

function parseHas(name: string, reading: Reading, { links }: Place): Parsed {
  const [, type = '', param = '', ...rest] = name.split(':');
  const next = rest.join(':');
  if (!isResourceType(type) || next === '') return err(unchainable(reading.written));
  if (sharedParameter([type], param)?.kind !== 'reference')
    return err(unchainable(reading.written));
  const criterion = parseParameter(next, reading, { types: [type], links: links + 1 });
  if (!criterion.ok) return criterion;
  return ok({ kind: 'has', type, param, criterion: criterion.value });
}

function parseChain(name: string, reading: Reading, { types, links }: Place): Parsed {
  const dot = name.indexOf('.');
  const [param = '', named, ...more] = name.slice(0, dot).split(':');
  const parameter = sharedParameter(types, param);
  if (parameter === undefined) return err('unknown');
  if (parameter.kind !== 'reference' || more.length > 0) return err(unchainable(reading.written));
  if (named !== undefined && !isResourceType(named)) return err(unchainable(reading.written));
  const candidates = named === undefined ? parameter.targets.filter(isResourceType) : [named];
  const targets: ChainTarget[] = [];
  let problem: SearchProblem | 'unknown' = 'unknown';
  for (const type of candidates) {
    const place = { types: [type], links: links + 1 };
    const criterion = parseParameter(name.slice(dot + 1), reading, place);
    if (criterion.ok) targets.push({ type, criterion: criterion.value });
    else if (problem === 'unknown') problem = criterion.error;
  }
  // Branches that were not read may not be dropped in silence.
  if (overspent(reading)) return err(tooManyConditions(reading));
  // One target that has the parameter is enough: a Group has no `birthdate`, a Patient has.
  if (targets.length === 0) return err(problem);
  if (targets.length > MAX_CHAIN_TARGETS) return err(wideChain(reading.written, MAX_CHAIN_TARGETS));
  return ok({ kind: 'chain', param, targets });
}

const overspent = ({ spent }: Reading): boolean => spent.conditions > MAX_SEARCH_CONDITIONS;

const tooManyConditions = ({ written }: Reading): SearchProblem =>
  tooMany(written, 'conditions on the way', MAX_SEARCH_CONDITIONS);
