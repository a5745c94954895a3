import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => vi.restoreAllMocks());

describe('the example', () => {
  it('runs without a server or a database and says why it decides', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await import('./main.ts');
    const lines = written.mock.calls.map(([line]) => String(line));
    expect(lines.filter((line) => line.includes(' reads '))).toEqual([
      expect.stringMatching(/^rivera reads Observation\/pulse: permit\./),
      expect.stringMatching(/^rivera reads Observation\/audit-c: deny\./),
      expect.stringMatching(/^ex reads Observation\/pulse: deny\./),
      expect.stringMatching(/^ex reads Observation\/audit-c: deny\./),
    ]);
  });
});
