import { Button, Kbd } from '@mantine/core';
import type { Standing } from '../answers/answers.ts';
import { counted } from '../format/count.ts';
import { StandingMark } from '../frame/standing-mark.tsx';
import { Time } from '../time/time.tsx';
import { useLive } from './live-context.tsx';
import { heldBack, type LiveState } from './live-state.ts';

function badgeOf(live: LiveState): readonly [Standing, string] {
  const { connection, held } = live;
  if (connection.state === 'reconnecting') return ['bad', 'Reconnecting'];
  if (connection.state === 'refused') return ['bad', 'Refused'];
  if (held !== undefined) return ['watch', `Paused, ${counted(heldBack(live), 'new event')}`];
  return connection.state === 'live' ? ['good', 'Live'] : ['unknown', 'Connecting'];
}

/** Whether what one sees is now: live, paused, or cut off. */
export function LiveBadge() {
  const { live } = useLive();
  const [standing, words] = badgeOf(live);
  return (
    <span className="live-badge" data-standing={standing}>
      <StandingMark standing={standing} silent /> {words}
    </span>
  );
}

/** Stops and resumes everything that moves on the page (WCAG 2.2.2). */
export function PauseButton() {
  const { live, togglePause } = useLive();
  if (live.newest === undefined) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={togglePause}
      rightSection={<Kbd size="xs">P</Kbd>}
      aria-keyshortcuts="p"
    >
      {live.held === undefined ? 'Pause' : 'Resume'}
    </Button>
  );
}

/** Since when the page is cut off, and of when its figures are. */
export function ConnectionNotice() {
  const { live } = useLive();
  const { connection, newest } = live;
  if (connection.state !== 'reconnecting') return null;
  return (
    <p className="connection-notice">
      <StandingMark standing="bad" silent /> {connection.fault.row.text} Cut off since{' '}
      <Time at={connection.since} form="clock" />, attempt {connection.attempts}.{' '}
      {newest === undefined ? (
        'Nothing has been received yet.'
      ) : (
        <>
          The figures below are from <Time at={newest.overview.at} form="clock" />.
        </>
      )}
    </p>
  );
}
