import type { ResourceType } from '@holdfast/fhir';
import type { ExportedFile } from '../http/export-scope.ts';
import { EXPORT_FILE_ROWS } from '../limits.ts';

/** Where an export is: kept as JSON, so that another process goes on from it. */
export interface ExportProgress {
  /** Number of the type under way. */
  readonly type: number;
  /** Last row looked at; null at the beginning of a type. */
  readonly after: readonly string[] | null;
  /** The file under way: where it begins, and its resources so far. */
  readonly from: readonly string[] | null;
  readonly rows: number;
  /** Files that are complete, and resources counted altogether. */
  readonly files: number;
  readonly counted: number;
}

export const BEGINNING: ExportProgress = {
  type: 0,
  after: null,
  from: null,
  rows: 0,
  files: 0,
  counted: 0,
};

/** Pure: what a window makes of the progress, and the file that is complete with it. */
export function advance(
  { type: number, from, rows: before, files, counted: all }: ExportProgress,
  { last, count }: { readonly last: readonly string[] | null; readonly count: number },
  type: ResourceType,
): { readonly progress: ExportProgress; readonly file?: ExportedFile } {
  const rows = before + count;
  const counted = all + count;
  const done = last === null;
  if (!done && rows < EXPORT_FILE_ROWS) {
    return { progress: { type: number, after: last, from, rows, files, counted } };
  }
  const next = { type: done ? number + 1 : number, after: last, from: last, rows: 0, counted };
  if (rows === 0) return { progress: { ...next, files } };
  const file = { type, after: from, upTo: last, count: rows };
  return { progress: { ...next, files: files + 1 }, file };
}
