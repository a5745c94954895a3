import { doubleMetaphone } from 'double-metaphone';
import { isJsonObject, type JsonValue, listOf } from '../json.ts';
import { foldText } from './fold-text.ts';
import type { EntryLists } from './index-entries.ts';
import type { Selector } from './selector.ts';
import type { Sink } from './token-sinks.ts';

const TEXTS = new Set(['string', 'markdown', 'code', 'id', 'uri', 'url', 'canonical']);
const PARTS: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['family', 'given', 'prefix', 'suffix', 'text'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
};

type Push = (param: string, value: JsonValue, out: EntryLists) => void;

/** Each part of a name or address is a row: any of them may match. */
export function stringSink(param: string, selector: Selector): Sink | undefined {
  return partSink(param, selector, pushText);
}

/** Rows of how a name sounds, as tokens: compared whole. */
export function phoneticSink(param: string, selector: Selector): Sink | undefined {
  return partSink(param, selector, pushSounds);
}

function partSink(param: string, selector: Selector, push: Push): Sink | undefined {
  if (TEXTS.has(selector.type)) return (value, out) => push(param, value, out);
  const parts = PARTS[selector.type];
  if (parts === undefined) return undefined;
  return (value, out) => {
    if (!isJsonObject(value)) return;
    for (const part of parts) {
      for (const text of listOf(value[part])) push(param, text, out);
    }
  };
}

function pushText(param: string, value: JsonValue, out: EntryLists): void {
  if (typeof value !== 'string' || value === '') return;
  out.strings.push({ param, folded: foldText(value), exact: value });
}

function pushSounds(param: string, value: JsonValue, out: EntryLists): void {
  if (typeof value !== 'string') return;
  for (const code of soundsOf(value)) out.tokens.push({ param, system: null, code });
}

/** Double Metaphone keys of every word of a text; none for a script other than Latin. */
export function soundsOf(text: string): readonly string[] {
  const keys = foldText(text).split(' ').flatMap(doubleMetaphone);
  return [...new Set(keys)].filter((key) => key !== '');
}
