import { describe, expect, it } from 'vitest';
import { CopyText, copyField, copyRow } from './copy-text.ts';

describe('text for COPY', () => {
  it('tells null from its spelling, and escapes what would end a value or a row', () => {
    expect(copyField(null)).toBe('\\N');
    expect(copyField('\\N')).toBe('\\\\N');
    expect(copyField('a\tb\nc\rd\\')).toBe('a\\tb\\nc\\rd\\\\');
    expect(copyField(Number.NEGATIVE_INFINITY)).toBe('-Infinity');
    expect([copyField(true), copyField(7n), copyField('')]).toEqual(['true', '7', '']);
  });

  it('parts values by tabs also where the first is empty', () => {
    const text = new CopyText('t', 'a b c');
    text.add(copyRow('', 1, null));
    text.add(copyRow('x', '', 'é'));
    expect(text.text()).toBe('\t1\t\\N\nx\t\té\n');
    expect(text.columns).toEqual(['a', 'b', 'c']);
  });
});
