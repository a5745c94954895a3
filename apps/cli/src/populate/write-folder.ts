import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Population } from '@holdfast/population';
import { CommandFailure } from '../exit.ts';
import { type Format, PATIENTS_A_PART, type Part, partFiles } from './part-files.ts';

const zip = promisify(gzip);

export interface FolderPlan {
  readonly directory: string;
  readonly patients: number;
  readonly seed: number;
  readonly asOf: string;
  readonly format: Format;
  readonly gzip: boolean;
}

export interface Written {
  readonly resources: number;
  readonly bytes: number;
  /** Patients whose files were there already. */
  readonly kept: number;
}

/**
 * Writes a population as a folder of parts. A part appears whole, by a rename, so that the same
 * command goes on where an earlier one was stopped, however it was.
 * @param told after each part: patients so far
 */
export async function writeFolder(
  plan: FolderPlan,
  told: (patients: number, written: Written) => void,
): Promise<Written> {
  await claim(plan);
  const population = new Population(plan);
  let written: Written = { resources: 0, bytes: 0, kept: 0 };
  for (let from = 0; from < plan.patients; from += PATIENTS_A_PART) {
    const part = { from, to: Math.min(plan.patients, from + PATIENTS_A_PART) };
    written = await writePart(plan, population, { part, written });
    told(part.to, written);
  }
  return written;
}

/** @throws CommandFailure where the folder holds another population */
async function claim(plan: FolderPlan): Promise<void> {
  const { directory, ...manifest } = plan;
  const file = join(directory, 'manifest.json');
  const text = `${JSON.stringify({ ...manifest, patientsAPart: PATIENTS_A_PART })}\n`;
  await mkdir(directory, { recursive: true });
  const there = await readFile(file, 'utf8').catch(() => undefined);
  if (there !== undefined && there !== text) {
    throw new CommandFailure(
      `${directory} holds another population: ${there.trim()}.`,
      'Nothing was written. Name another folder with --out, or ask for the same population to go on with it.',
    );
  }
  await writeFile(file, text);
}

async function writePart(
  { directory, format, gzip: zipped }: FolderPlan,
  population: Population,
  { part, written }: { readonly part: Part; readonly written: Written },
): Promise<Written> {
  const name = `part-${String(part.from / PATIENTS_A_PART).padStart(5, '0')}`;
  const whole = join(directory, name);
  if (existsSync(whole)) return { ...written, kept: written.kept + part.to - part.from };
  const partial = join(directory, `${name}.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  const { files, resources } = partFiles(population, part, format);
  let bytes = 0;
  for (const [file, text] of files) {
    const body = zipped ? await zip(text, { level: 3 }) : Buffer.from(text);
    bytes += body.length;
    await writeFile(join(partial, zipped ? `${file}.gz` : file), body);
  }
  await rename(partial, whole);
  return { ...written, resources: written.resources + resources, bytes: written.bytes + bytes };
}
