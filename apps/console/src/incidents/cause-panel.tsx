import type { IncidentDetail } from '@holdfast/api-contract';
import { formatDuration } from '../format/duration.ts';
import { Panel } from '../frame/panel.tsx';
import { Time } from '../time/time.tsx';
import { spansOf } from './spans.ts';

const WIDTH = 400;
const ROW = 22;
const BAR = 10;
const LEAST = 3;

/** What failed first and what it brought about, drawn over time. */
export function CausePanel({ incident }: { readonly incident: IncidentDetail }) {
  const { causes, nextStep, asOf } = incident;
  const { from, until, spans } = spansOf(causes, asOf);
  const length = Math.max(1, until - from);
  const place = (at: number) => ((at - from) / length) * WIDTH;
  return (
    <Panel id="cause" title="Cause and effects">
      <svg
        viewBox={`0 0 ${WIDTH} ${causes.length * ROW}`}
        className="spans"
        role="img"
        aria-label={`${causes.length} failures over ${formatDuration(length)}`}
      >
        {spans.map(({ signal, begins, ends }, row) => (
          <rect
            key={signal}
            className={row === 0 ? 'spans__cause' : 'spans__effect'}
            x={Math.min(place(begins), WIDTH - LEAST)}
            y={row * ROW + (ROW - BAR) / 2}
            width={Math.max(LEAST, place(ends) - place(begins))}
            height={BAR}
          />
        ))}
      </svg>
      <ol className="causes">
        {causes.map((cause, index) => (
          <li key={cause.signal}>
            <strong>{index === 0 ? 'Cause' : 'Effect'}</strong> {cause.summary}
            <span className="causes__when">
              {' '}
              · <Time at={cause.since} form="clock" />
              {cause.endedAt === undefined
                ? ' and still failing'
                : ` for ${formatDuration(Date.parse(cause.endedAt) - Date.parse(cause.since))}`}
            </span>
          </li>
        ))}
      </ol>
      <p className="panel__text">
        <span className="signal__next-label">Next</span> {nextStep}
      </p>
    </Panel>
  );
}
