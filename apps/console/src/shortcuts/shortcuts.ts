/** One key, one action. Shown in the sheet in this order. */
export interface Shortcut {
  readonly key: string;
  readonly does: string;
}

export const SHORTCUTS = [
  { key: 'p', does: 'Pause or resume the page' },
  { key: 'z', does: 'Switch between UTC and local time' },
  { key: 's', does: 'Identity: they are one person' },
  { key: 'd', does: 'Identity: they are different people' },
  { key: 'u', does: 'Identity: unsure' },
  { key: 'b', does: 'Identity: take the last answer back' },
  { key: 'j', does: 'Identity: the next question' },
  { key: 'k', does: 'Identity: the one before' },
  { key: '?', does: 'Show or hide this sheet' },
] as const satisfies readonly Shortcut[];

export type ShortcutKey = (typeof SHORTCUTS)[number]['key'];

/** What of a key press decides; a KeyboardEvent fits. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly defaultPrevented: boolean;
}

const TYPED_INTO = new Set(['INPUT', 'TEXTAREA', 'SELECT']);

/**
 * Which shortcut a key press means, if any: none while typing into a field or a control, none
 * with a modifier, none after somebody has handled it.
 * @param target tag name of the focused element.
 */
export function shortcutOf(press: KeyPress, target: string): ShortcutKey | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || press.defaultPrevented) return undefined;
  if (TYPED_INTO.has(target)) return undefined;
  return SHORTCUTS.find(({ key }) => key === press.key.toLowerCase())?.key;
}
