import { formatInstant, type InstantForm } from '../format/instant.ts';
import { useZone } from './zone-context.tsx';

interface TimeProps {
  /** RFC 3339. */
  readonly at: string;
  readonly form?: InstantForm;
}

/** An instant in the chosen zone; hovering shows it in full, in both zones. */
export function Time({ at, form = 'full' }: TimeProps) {
  const { zone } = useZone();
  const title = `${formatInstant(at, 'UTC', 'full')}\n${formatInstant(at, 'local', 'full')}`;
  return (
    <time dateTime={at} title={title} className="time" data-form={form}>
      {formatInstant(at, zone, form)}
    </time>
  );
}
