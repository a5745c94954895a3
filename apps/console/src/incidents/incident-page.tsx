import { ENDPOINTS, type IncidentDetail } from '@holdfast/api-contract';
import { Button, Skeleton } from '@mantine/core';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { curlOf } from '../command/commands.ts';
import { CopyCurl } from '../command/copyable-command.tsx';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { LiveProvider } from '../live/live-context.tsx';
import { SeverityMark } from '../signals/severity-mark.tsx';
import { Time } from '../time/time.tsx';
import { CausePanel } from './cause-panel.tsx';
import { DutiesPanel } from './duties-panel.tsx';
import './incidents.css';
import { LocatedPanel } from './located-panel.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { QuestionsPanel } from './questions-panel.tsx';
import { RiskPanel } from './risk-panel.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { useIncident, useIncidentEntry } from './use-incidents.ts';

/** One incident: cause, people, duties with their clocks, what is still asked, and the timeline. */
export function IncidentPage() {
  return (
    <LiveProvider>
      <Page />
    </LiveProvider>
  );
}

function Page() {
  const { id } = useParams({ from: '/incidents/$id' });
  const { at } = useSearch({ from: '/incidents/$id' });
  const incident = useIncident(id, at);
  if (incident.isPending) return <Skeleton height={320} aria-label="Loading the incident" />;
  if (incident.isError) {
    return (
      <div className="page-notice">
        <h1>Incident</h1>
        <FaultNotice error={incident.error} retry={() => void incident.refetch()} />
      </div>
    );
  }
  const detail = incident.data;
  return (
    <>
      <Head incident={detail} isPast={at !== undefined} />
      <div className="panels">
        <div className="panels__column">
          <CausePanel incident={detail} />
          <LocatedPanel incident={detail} />
          <PeoplePanel incident={detail} />
          <RiskPanel incident={detail} />
        </div>
        <div className="panels__column">
          <DutiesPanel incident={detail} />
        </div>
        <div className="panels__column">
          <QuestionsPanel incident={detail} />
          <TimelinePanel incident={detail} />
        </div>
      </div>
    </>
  );
}

function Head(props: { readonly incident: IncidentDetail; readonly isPast: boolean }) {
  const { incident, isPast } = props;
  const { id, severity, status, summary, owner, openedAt, asOf } = incident;
  const entry = useIncidentEntry(id);
  return (
    <div className="page-head">
      <h1 className="page-head__title">{summary}</h1>
      <SeverityMark severity={severity} />
      <span>
        {status}
        {owner === undefined ? '' : `, with ${owner}`}, since <Time at={openedAt} />
      </span>
      {isPast ? (
        <span className="incident__past">
          as known at <Time at={asOf} /> ·{' '}
          <Link to="/incidents/$id" params={{ id }}>
            show now
          </Link>
        </span>
      ) : null}
      {status === 'open' && !isPast ? (
        <Button
          size="compact-sm"
          loading={entry.isPending}
          onClick={() => entry.mutate({ kind: 'acknowledged' })}
        >
          Take it up
        </Button>
      ) : null}
      <CopyCurl
        text={curlOf(location.origin, ENDPOINTS.readIncident, { id })}
        what="this incident"
      />
      {entry.isError ? <FaultNotice error={entry.error} /> : null}
    </div>
  );
}
