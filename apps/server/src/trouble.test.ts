import { describe, expect, it } from 'vitest';
import { serverFault } from './errors.ts';
import { troubleOf } from './trouble.ts';

describe('what the log says of a failure in the background', () => {
  it('names the fault and its mend', () => {
    const diagnostics = 'checkpoint of size 7';
    const cause = new Error('Key (family)=(Example)');
    const said = troubleOf('sequencer', serverFault('SERVER_FORBIDDEN', { diagnostics, cause }));
    const { row } = serverFault('SERVER_FORBIDDEN');
    expect(said).toEqual({
      where: 'sequencer',
      kind: 'Fault',
      code: 'SERVER_FORBIDDEN',
      msg: `${row.text} (checkpoint of size 7)`,
      mend: row.mend,
    });
  });

  it('names an error of PostgreSQL by its code, since its message quotes values', () => {
    const error = Object.assign(new Error('Key (family)=(Example) exists'), { code: '23505' });
    expect(troubleOf('events', error)).toEqual({
      where: 'events',
      kind: 'Error',
      code: '23505',
      msg: 'recovering',
    });
  });
});
