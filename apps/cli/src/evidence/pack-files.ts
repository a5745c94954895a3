import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidencePackAnswer } from '@holdfast/api-contract';
import { type EvidencePack, recordsTold, renderPack } from '@holdfast/compliance';
import { CommandFailure, EXIT } from '../exit.ts';

const PACK = 'pack.json';
const PAGE = 'pack.html';
const RECEIPTS = 'receipts';

/**
 * Writes a pack: the data, the page to print, and a receipt (C2SP tlog-proof with its leaf) for each
 * record that the answer tells of, for software that knows no packs.
 * @returns how many receipts
 */
export async function writePack(directory: string, pack: EvidencePack): Promise<number> {
  await mkdir(join(directory, RECEIPTS), { recursive: true });
  await writeFile(join(directory, PACK), `${JSON.stringify(pack, null, 1)}\n`, { mode: 0o600 });
  await writeFile(join(directory, PAGE), renderPack(pack), { mode: 0o600 });
  const told = recordsTold(pack.answer);
  const entries = pack.entries.filter(({ leaf }) => told.has(idIn(leaf)));
  for (const { position, leaf, proof } of entries) {
    const name = join(directory, RECEIPTS, String(position));
    await writeFile(`${name}.tlog-proof`, proof, { mode: 0o600 });
    await writeFile(`${name}.leaf`, leaf, { mode: 0o600 });
  }
  return entries.length;
}

const idIn = (leaf: string): string => String((JSON.parse(leaf) as { readonly id?: unknown }).id);

export interface ReadPack {
  readonly pack: EvidencePack;
  /** Of the page beside it; null where there is none. */
  readonly isPageTrue: boolean | null;
}

/**
 * Reads a pack that anybody may have written.
 * @param path the file, or the directory of `writePack`
 * @throws CommandFailure that names what is malformed
 */
export async function readPack(path: string): Promise<ReadPack> {
  const isDirectory = (await found(path, () => stat(path))).isDirectory();
  const file = isDirectory ? join(path, PACK) : path;
  const text = await found(file, () => readFile(file, 'utf8'));
  const pack = packOf(file, text);
  const page = file.endsWith(PACK) ? `${file.slice(0, -PACK.length)}${PAGE}` : null;
  const shown = page === null ? null : await readFile(page, 'utf8').catch(() => null);
  return { pack, isPageTrue: shown === null ? null : shown === renderPack(pack) };
}

function packOf(file: string, text: string): EvidencePack {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed(file, 'no JSON');
  }
  const read = EvidencePackAnswer.safeParse(json);
  if (read.success) return json as EvidencePack; // what the schema has just looked at
  const [issue] = read.error.issues;
  throw malformed(file, `${issue?.path.map(String).join('.')}: ${issue?.message}`);
}

const malformed = (file: string, why: string): CommandFailure =>
  new CommandFailure(
    `${file} is no evidence pack: ${why}.`,
    'Make one with holdfast compliance pack.',
    EXIT.findings,
  );

async function found<Value>(path: string, read: () => Promise<Value>): Promise<Value> {
  return read().catch((error: unknown) => {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new CommandFailure(`${path}: ${code}.`, 'Name a pack.json or its folder.', EXIT.usage);
  });
}
