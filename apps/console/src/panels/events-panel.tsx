import { type ConsumerGroup, ENDPOINTS, type EventFigures } from '@holdfast/api-contract';
import { createPatientCommand, curlOf } from '../command/commands.ts';
import { CopyCurl } from '../command/copyable-command.tsx';
import { counted, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { EmptyState } from '../frame/empty-state.tsx';
import { Panel } from '../frame/panel.tsx';
import { type Handling, handlingOf } from '../live/handling.ts';
import { LiveBadge } from '../live/live-badge.tsx';
import type { Picture, StreamRow } from '../live/live-state.ts';
import { Time } from '../time/time.tsx';
import { ConsumersTable } from './consumers-table.tsx';

/** Is data flowing: the consumers, then the newest events as they commit. */
export function EventsPanel({ picture }: { readonly picture: Picture }) {
  const { events, at, database } = picture.overview;
  const isReadable = database.state === 'up';
  return (
    <Panel
      id="events"
      title="Events"
      aside={
        <>
          <LiveBadge />
          <CopyCurl
            text={curlOf(location.origin, ENDPOINTS.followOverview)}
            what="the live stream"
          />
        </>
      }
    >
      {isReadable ? null : (
        <EmptyState title="The event log cannot be read while the database is down">
          What has been committed is safe: events are part of the writes themselves. What was seen
          before stays below.
        </EmptyState>
      )}
      {events.groups.length === 0 ? (
        isReadable && (
          <EmptyState title="Nobody consumes the event log">
            Every write appends an event in its own transaction. Consumers such as inference appear
            here once they are registered; start the server with its worker role.
          </EmptyState>
        )
      ) : (
        <ConsumersTable groups={events.groups} at={at} />
      )}
      <p className="panel__text">{pushWords(events.push)}</p>
      <h3 className="panel__subtitle">
        Newest first <span className="panel__note">{summaryOf(picture)}</span>
      </h3>
      {picture.rows.length === 0 ? (
        isReadable && (
          <EmptyState
            title="The event log is empty"
            command={{ text: createPatientCommand(location.origin), what: 'Create a patient' }}
          >
            Nothing has been written yet. Each create, update and delete appears here as it commits;
            this one writes a patient:
          </EmptyState>
        )
      ) : (
        <StreamTable rows={picture.rows} groups={events.groups} />
      )}
    </Panel>
  );
}

function pushWords({ mode, reason }: EventFigures['push']): string {
  if (mode === 'logical') return 'Consumers are woken by the replication stream as events commit.';
  return `Consumers are woken by NOTIFY after each commit, not by replication: ${reason ?? 'as set'}.`;
}

function summaryOf({ total, rows, dropped, missed }: Picture): string {
  const parts = [`${formatCount(rows.length)} of ${formatCount(total)} shown`];
  if (missed > 0) parts.push(`${counted(missed, 'event')} passed unseen`);
  if (dropped > 0) parts.push(`${counted(dropped, 'older row')} left the page`);
  return parts.join(' · ');
}

interface StreamTableProps {
  readonly rows: readonly StreamRow[];
  readonly groups: readonly ConsumerGroup[];
}

function StreamTable({ rows, groups }: StreamTableProps) {
  return (
    <div className="scroll stream" role="region" aria-label="Newest events" tabIndex={0}>
      <table className="table table--fixed">
        <colgroup>
          <col className="stream__time" />
          <col />
          <col className="stream__lag" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Committed</th>
            <th scope="col">Event</th>
            <th scope="col" className="table__number">
              Handled in
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) =>
            row.kind === 'gap' ? (
              <GapRow key={row.id} {...row} />
            ) : (
              <EventRow
                key={row.event.id}
                event={row.event}
                handling={handlingOf(row.event, groups)}
              />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

interface EventRowProps extends Pick<Extract<StreamRow, { kind: 'event' }>, 'event'> {
  readonly handling: Handling;
}

function handlingWords(handling: Handling): string {
  if (handling.kind === 'handled') return formatDuration(handling.lagMs);
  return handling.kind === 'waiting' ? 'waiting' : '–';
}

function EventRow({ event, handling }: EventRowProps) {
  return (
    <tr>
      <td>
        <Time at={event.at} form="clock-ms" />
      </td>
      <td>{event.type}</td>
      <td className="table__number">{handlingWords(handling)}</td>
    </tr>
  );
}

function GapRow({ missed, before }: Extract<StreamRow, { kind: 'gap' }>) {
  return (
    <tr className="stream__gap">
      <td colSpan={3}>
        Gap: {counted(missed, 'event')} before <Time at={before} form="clock-ms" /> passed unseen,
        more than one snapshot carries.
      </td>
    </tr>
  );
}
