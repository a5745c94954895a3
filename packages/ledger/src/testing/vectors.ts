import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(
  new URL('../../../../../shared/data/ledger-vectors/', import.meta.url),
);

/** True where the public vectors stand beside the repository; in CI their absence is a failure. */
export const vectorsPresent = existsSync(FOLDER);
if (!vectorsPresent) {
  if (process.env['CI']) throw new Error(`ledger vectors are missing: ${FOLDER}`);
  console.warn(`skipped: no ledger vectors at ${FOLDER}`);
}

export function readVector(path: string): Buffer {
  return readFileSync(FOLDER + path);
}

/** Paths of the JSON vectors below a folder. */
export function vectorPaths(folder: string): string[] {
  if (!vectorsPresent) return [];
  return readdirSync(FOLDER + folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => `${folder}/${path}`)
    .sort();
}
