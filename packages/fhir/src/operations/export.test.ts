import { describe, expect, it } from 'vitest';
import { MAX_TYPE_FILTERS } from '../limits.ts';
import { resourceTypes } from '../resource-types.ts';
import { type ExportLevel, exportedElements, readExport } from './export.ts';

const asked = (text: string, level: ExportLevel = 'system') => {
  const read = readExport(level, new URLSearchParams(text));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
};
const refused = (text: string, level: ExportLevel = 'system') => {
  const read = readExport(level, new URLSearchParams(text));
  return read.ok ? [] : read.error.map(({ parameter }) => parameter);
};

describe('$export', () => {
  it('is of every type, or of those that can be a patient’s', () => {
    expect(asked('').types).toEqual(resourceTypes);
    const { types } = asked('', 'patient');
    expect(types).toContain('Observation');
    expect(types).toContain('Patient');
    expect(types).not.toContain('Organization');
    expect(refused('_type=Organization', 'group')).toEqual(['_type']);
    expect(asked('_type=Patient,Condition&_type=Observation', 'group').types).toEqual([
      'Patient',
      'Condition',
      'Observation',
    ]);
  });

  it('reads filters with commas of their own, whether they are repeated or in one list', () => {
    const list = 'Observation?code=a,b,Condition?clinical-status=active';
    const query = new URLSearchParams([
      ['_typeFilter', list],
      ['_typeFilter', 'Observation?status=final'],
    ]);
    expect(asked(query.toString()).filters).toEqual([
      { type: 'Observation', query: 'code=a,b' },
      { type: 'Condition', query: 'clinical-status=active' },
      { type: 'Observation', query: 'status=final' },
    ]);
    expect(refused('_typeFilter=Observation')).toEqual(['_typeFilter']);
    expect(refused('_type=Patient&_typeFilter=Observation%3Fcode%3Da')).toEqual(['_typeFilter']);
    const filters = (count: number) =>
      Array.from({ length: count }, () => '_typeFilter=Patient%3Factive%3Dtrue').join('&');
    expect(asked(filters(MAX_TYPE_FILTERS)).filters).toHaveLength(MAX_TYPE_FILTERS);
    expect(refused(filters(MAX_TYPE_FILTERS + 1))).toEqual(['_typeFilter']);
  });

  it('keeps elements by type', () => {
    const { elements } = asked('_elements=id,Patient.name,Observation.value');
    expect(exportedElements(elements, 'Patient')).toEqual(['id', 'name']);
    expect(exportedElements(elements, 'Condition')).toEqual(['id']);
    expect(exportedElements(['Patient.name'], 'Condition')).toBeUndefined();
  });

  it('names what it cannot read and what it does not know', () => {
    expect(refused('_outputFormat=csv&_since=soon&_elements=%2F&_type=None')).toEqual([
      '_outputFormat',
      '_since',
      '_elements',
      '_type',
    ]);
    expect(asked('_outputFormat=ndjson&includeAssociatedData=x').unknown).toEqual([
      'includeAssociatedData',
    ]);
    expect(asked('_since=2026-01-02T03:04:05Z').since).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  });
});
