import { describe, expect, it } from 'vitest';
import { EXPORT_FILE_ROWS } from '../limits.ts';
import { advance, BEGINNING, type ExportProgress } from './export-progress.ts';

const FULL = EXPORT_FILE_ROWS;

describe('the progress of an export', () => {
  it('closes a file when it is full, and the next begins where it ended', () => {
    const half = advance(BEGINNING, { last: ['m'], count: FULL - 1 }, 'Patient');
    expect(half.file).toBeUndefined();
    const full = advance(half.progress, { last: ['p'], count: 1 }, 'Patient');
    expect(full.file).toEqual({ type: 'Patient', after: null, upTo: ['p'], count: FULL });
    const rest = advance(full.progress, { last: null, count: 3 }, 'Patient');
    expect(rest.file).toEqual({ type: 'Patient', after: ['p'], upTo: null, count: 3 });
    expect(rest.progress).toEqual({ ...BEGINNING, type: 1, files: 2, counted: FULL + 3 });
  });

  it('makes no file of a type of which nothing may go out, however long it is', () => {
    let progress: ExportProgress = BEGINNING;
    for (const last of [['a'], ['b'], null]) {
      const next = advance(progress, { last, count: 0 }, 'Observation');
      expect(next.file).toBeUndefined();
      ({ progress } = next);
    }
    expect(progress).toEqual({ ...BEGINNING, type: 1 });
  });
});
