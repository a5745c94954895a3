import { describe, expect, it } from 'vitest';
import { readOrganisation } from './organisation.ts';

describe('the settings of an organisation', () => {
  it('say what it is, and by that what it is not', () => {
    const read = readOrganisation('covered-entity, part-2-program', 'America/New_York');
    expect(read).toMatchObject({
      ok: true,
      value: { answers: { coveredEntity: true, part2Program: true, phrVendor: false } },
    });
  });

  it('leave every question open where they say nothing', () => {
    expect(readOrganisation(' ', 'UTC')).toEqual({
      ok: true,
      value: { answers: {}, timeZone: 'UTC' },
    });
  });

  it('are refused where they name what does not exist', () => {
    expect(readOrganisation('hospital', 'UTC')).toMatchObject({ ok: false });
    expect(readOrganisation('', 'Mars/Olympus')).toMatchObject({ ok: false });
  });
});
