import { Button, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { Zone } from '../format/instant.ts';
import { useShortcut, useShortcuts } from '../shortcuts/shortcuts-context.tsx';
import { useZone } from '../time/zone-context.tsx';

const SCHEMES = [
  { value: 'auto', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

const ZONES = [
  { value: 'UTC', label: 'UTC' },
  { value: 'local', label: 'Local' },
] as const satisfies readonly { value: Zone; label: string }[];

/** Zone, colours and keyboard help: in the same place on every page (WCAG 3.2.6). */
export function DisplayControls() {
  const { zone, setZone } = useZone();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { toggleSheet } = useShortcuts();
  useShortcut('z', () => setZone(zone === 'UTC' ? 'local' : 'UTC'));
  return (
    <div className="display-controls">
      <SegmentedControl
        size="xs"
        aria-label="Time zone"
        data={[...ZONES]}
        value={zone}
        onChange={setZone}
      />
      <SegmentedControl
        size="xs"
        aria-label="Colours"
        data={[...SCHEMES]}
        value={colorScheme}
        onChange={setColorScheme}
      />
      <Button
        size="compact-sm"
        variant="default"
        aria-label="Keyboard shortcuts"
        aria-keyshortcuts="?"
        onClick={toggleSheet}
      >
        ?
      </Button>
    </div>
  );
}
