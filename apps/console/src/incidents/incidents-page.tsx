import { ENDPOINTS, type Incident } from '@holdfast/api-contract';
import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { BREAK_DATABASE_COMMAND, curlOf } from '../command/commands.ts';
import { CopyCurl } from '../command/copyable-command.tsx';
import { counted, formatCount } from '../format/count.ts';
import { EmptyState } from '../frame/empty-state.tsx';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Panel } from '../frame/panel.tsx';
import { LiveProvider } from '../live/live-context.tsx';
import { SeverityMark } from '../signals/severity-mark.tsx';
import '../signals/signals.css';
import { Time } from '../time/time.tsx';
import { useIncidents } from './use-incidents.ts';

/** Which failures belong together, whom they reached, and who takes care of them. */
export function IncidentsPage() {
  return (
    <LiveProvider>
      <div className="page-head">
        <h1 className="page-head__title">Incidents</h1>
      </div>
      <Incidents />
    </LiveProvider>
  );
}

function Incidents() {
  const incidents = useIncidents();
  if (incidents.isPending) return <Skeleton height={160} aria-label="Loading incidents" />;
  if (incidents.isError) {
    return (
      <div className="page-notice">
        <FaultNotice error={incidents.error} retry={() => void incidents.refetch()} />
      </div>
    );
  }
  const all = incidents.data.incidents;
  const open = all.filter(({ status }) => status !== 'closed');
  const closed = all.filter(({ status }) => status === 'closed');
  return (
    <div className="panels panels--stacked">
      <Panel
        id="open"
        title="Open"
        aside={
          <>
            <span className="panel__note">{formatCount(open.length)} open</span>
            <CopyCurl
              text={curlOf(location.origin, ENDPOINTS.listIncidents)}
              what="the incidents"
            />
          </>
        }
      >
        {open.length === 0 ? <NothingOpen isFirst={closed.length === 0} /> : <List of={open} />}
      </Panel>
      {closed.length === 0 ? null : (
        <Panel id="closed" title="Closed">
          <List of={closed} />
        </Panel>
      )}
    </div>
  );
}

function NothingOpen({ isFirst }: { readonly isFirst: boolean }) {
  if (!isFirst) return <p className="panel__text">Nothing is open.</p>;
  return (
    <EmptyState
      title="No incidents yet"
      command={{ text: BREAK_DATABASE_COMMAND, what: 'Stop the embedded database' }}
    >
      A failure that is critical, or that reached a patient, opens an incident: its cause first,
      then what it brought about, whom it reached, and which legal clocks it started. To see one,
      stop the demo’s embedded database while somebody reads a record; it is started again within
      seconds:
    </EmptyState>
  );
}

function List({ of }: { readonly of: readonly Incident[] }) {
  return (
    <ul className="signals">
      {of.map((incident) => (
        <Row key={incident.id} incident={incident} />
      ))}
    </ul>
  );
}

function Row({ incident }: { readonly incident: Incident }) {
  const { id, status, severity, summary, nextStep, patients, causes, openedAt, owner } = incident;
  const effects = causes.length - 1;
  return (
    <li className="signal" data-severity={status === 'closed' ? 'resolved' : severity}>
      <p className="signal__people">
        <strong>{formatCount(patients.count)}</strong>{' '}
        {patients.count === 1 ? 'patient' : 'patients'}
      </p>
      <div className="signal__body">
        <p className="signal__summary">
          <SeverityMark severity={severity} />
          <Link to="/incidents/$id" params={{ id }} className="signal__link">
            {summary}
          </Link>
        </p>
        <p className="signal__facts">
          {status}
          {effects === 0 ? '' : ` · brought about ${counted(effects, 'other failure')}`} · since{' '}
          <Time at={openedAt} />
          {owner === undefined ? ' · nobody takes care of it yet' : ` · with ${owner}`}
        </p>
        {status === 'closed' ? null : (
          <p className="signal__next">
            <span className="signal__next-label">Next</span> {nextStep}
          </p>
        )}
      </div>
    </li>
  );
}
