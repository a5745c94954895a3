import { Kbd, Switch } from '@mantine/core';
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react';
import { SidePanel } from '../frame/side-panel.tsx';
import { SHORTCUTS, type ShortcutKey, shortcutOf } from './shortcuts.ts';

type Bindings = Partial<Record<ShortcutKey, () => void>>;

interface ShortcutsValue {
  readonly bind: (bindings: Bindings) => () => void;
  readonly toggleSheet: () => void;
}

const ShortcutsContext = createContext<ShortcutsValue | undefined>(undefined);
const KEY = 'holdfast.shortcuts';

/** Listens for single keys, which can be turned off (WCAG 2.1.4), and shows the sheet of them. */
export function ShortcutsProvider({ children }: { readonly children: ReactNode }) {
  const [sheet, setSheet] = useState(false);
  const [enabled, setEnabled] = useState(() => localStorage.getItem(KEY) !== 'off');
  const bound = useRef<Set<Bindings>>(new Set());

  const value = useMemo<ShortcutsValue>(
    () => ({
      bind: (bindings) => {
        bound.current.add(bindings);
        return () => void bound.current.delete(bindings);
      },
      toggleSheet: () => setSheet((open) => !open),
    }),
    [],
  );

  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const key = shortcutOf(event, document.activeElement?.tagName ?? '');
      if (key === undefined) return;
      event.preventDefault();
      if (key === '?') value.toggleSheet();
      for (const bindings of bound.current) bindings[key]?.();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [enabled, value]);

  const toggle = (on: boolean) => {
    localStorage.setItem(KEY, on ? 'on' : 'off');
    setEnabled(on);
  };

  return (
    <ShortcutsContext value={value}>
      {children}
      <SidePanel opened={sheet} onClose={() => setSheet(false)} title="Keyboard">
        <dl className="facts">
          {SHORTCUTS.map(({ key, does }) => (
            <div key={key} className="facts__pair">
              <dt>
                <Kbd>{key.toUpperCase()}</Kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
          <div className="facts__pair">
            <dt>
              <Kbd>←</Kbd> <Kbd>→</Kbd>
            </dt>
            <dd>Walk along a chart that has the focus</dd>
          </div>
          <div className="facts__pair">
            <dt>
              <Kbd>Esc</Kbd>
            </dt>
            <dd>Close what is open</dd>
          </div>
        </dl>
        <Switch
          label="Single-key shortcuts"
          checked={enabled}
          onChange={(event) => toggle(event.currentTarget.checked)}
        />
      </SidePanel>
    </ShortcutsContext>
  );
}

export function useShortcuts(): ShortcutsValue {
  const value = use(ShortcutsContext);
  if (value === undefined) throw new TypeError('useShortcuts outside ShortcutsProvider');
  return value;
}

/** Binds one key for as long as the component is mounted. */
export function useShortcut(key: ShortcutKey, action: () => void): void {
  const { bind } = useShortcuts();
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => bind({ [key]: () => latest.current() }), [bind, key]);
}
