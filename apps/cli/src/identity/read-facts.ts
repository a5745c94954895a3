import { readFile } from 'node:fs/promises';
import {
  type RecordId,
  type StewardFact,
  type StewardFacts,
  stewardFacts,
} from '@holdfast/identity';
import { parse } from 'csv-parse/sync';
import { CommandFailure, EXIT } from '../exit.ts';

/** What stewards decided: lines of two record ids and `same` or `different`. */
export async function readFacts(file: string | undefined): Promise<StewardFacts> {
  const rows = file === undefined ? [] : rowsIn(file, await textIn(file));
  const facts = stewardFacts(rows);
  if (facts.ok) return facts.value;
  const { records, verdict } = facts.error;
  throw new CommandFailure(
    `${file}: ${records.join(' and ')} are said to be ${verdict}, but other lines make them the same.`,
    'Take one of these lines out: nobody but a steward may choose between two stewards.',
    EXIT.usage,
  );
}

async function textIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new CommandFailure(`${file}: It cannot be read.`, 'Name a CSV file.', EXIT.usage);
  }
}

function rowsIn(file: string, text: string): readonly StewardFact[] {
  const rows = parse(text, { bom: true, skipEmptyLines: true, trim: true, relaxColumnCount: true });
  return rows.map(([one = '', other = '', verdict], at): StewardFact => {
    if (one === '' || other === '' || (verdict !== 'same' && verdict !== 'different')) {
      throw new CommandFailure(
        `${file}: line ${at + 1} is no fact.`,
        'A line has two record ids and `same` or `different`, parted by commas.',
        EXIT.usage,
      );
    }
    return { records: [one as RecordId, other as RecordId], verdict };
  });
}
