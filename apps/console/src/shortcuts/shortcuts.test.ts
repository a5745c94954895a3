import { describe, expect, it } from 'vitest';
import { type KeyPress, shortcutOf } from './shortcuts.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  defaultPrevented: false,
  ...more,
});

describe('single-key shortcuts', () => {
  it('work in either case', () => {
    expect(shortcutOf(press('p'), 'BODY')).toBe('p');
    expect(shortcutOf(press('P'), 'BUTTON')).toBe('p');
    expect(shortcutOf(press('?'), 'BODY')).toBe('?');
  });

  it.each(['INPUT', 'TEXTAREA', 'SELECT'])('stay out of the way in %s', (target) => {
    expect(shortcutOf(press('p'), target)).toBeUndefined();
  });

  it.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { defaultPrevented: true }])(
    'leave the browser’s own keys alone: %j',
    (more) => {
      expect(shortcutOf(press('p', more), 'BODY')).toBeUndefined();
    },
  );
});
