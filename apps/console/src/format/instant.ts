/** `UTC`, or `local`: the zone of the reader's machine. One choice for the whole console. */
export type Zone = 'UTC' | 'local';

/** How much of an instant a place needs. */
export type InstantForm = 'clock' | 'clock-ms' | 'full';

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string | undefined): Intl.DateTimeFormat {
  const known = formatters.get(zone ?? '');
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  formatters.set(zone ?? '', made);
  return made;
}

/**
 * An instant as `04:06:12`, `04:06:12.123` or `2026-11-24 04:06:12 UTC`.
 * @param zone an IANA name, `UTC`, or `local`.
 */
export function formatInstant(instant: string, zone: string, form: InstantForm): string {
  const parts = formatterFor(zone === 'local' ? undefined : zone).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '';
  const clock = `${part('hour')}:${part('minute')}:${part('second')}`;
  if (form === 'clock') return clock;
  if (form === 'clock-ms') return `${clock}.${part('fractionalSecond')}`;
  return `${part('year')}-${part('month')}-${part('day')} ${clock} ${part('timeZoneName')}`;
}
