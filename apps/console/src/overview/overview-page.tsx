import { ENDPOINTS } from '@holdfast/api-contract';
import { Fault } from '@holdfast/kernel';
import { Button, Skeleton } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { AnswerStrip } from '../answers/answer-strip.tsx';
import { curlOf, readPatientsCommand } from '../command/commands.ts';
import { CopyableCommand } from '../command/copyable-command.tsx';
import { EmptyState } from '../frame/empty-state.tsx';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { ConnectionNotice, LiveBadge, PauseButton } from '../live/live-badge.tsx';
import { LiveProvider, useLive } from '../live/live-context.tsx';
import type { Picture } from '../live/live-state.ts';
import { EventsPanel } from '../panels/events-panel.tsx';
import { InferencePanel } from '../panels/inference-panel.tsx';
import { LedgerPanel } from '../panels/ledger-panel.tsx';
import { RequestsPanel } from '../panels/requests-panel.tsx';
import { ServerPanel } from '../panels/server-panel.tsx';
import { useSession } from '../session/session-context.tsx';
import { useShortcut } from '../shortcuts/shortcuts-context.tsx';
import { SignalDrawer } from '../signals/signal-drawer.tsx';
import { SignalsPanel } from '../signals/signals-panel.tsx';
import { Time } from '../time/time.tsx';
import './overview-page.css';

/** The first page: is anyone affected, and by what. */
export function OverviewPage() {
  return (
    <LiveProvider>
      <Overview />
    </LiveProvider>
  );
}

function Overview() {
  const { live, togglePause } = useLive();
  const search = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  useShortcut('p', togglePause);
  const picture = live.held ?? live.newest;
  return (
    <>
      <div className="page-head">
        <h1 className="page-head__title">Overview</h1>
        <LiveBadge />
        {picture === undefined ? null : (
          <span className="page-head__at">
            as of <Time at={picture.overview.at} />
          </span>
        )}
        <PauseButton />
      </div>
      <ConnectionNotice />
      {live.connection.state === 'refused' ? (
        <Refused fault={live.connection.fault} />
      ) : picture === undefined ? (
        <Loading />
      ) : (
        <Panels picture={picture} />
      )}
      <p role="status" className="visually-hidden">
        {live.announcement}
      </p>
      <SignalDrawer
        id={search.signal}
        known={picture?.overview.signals.find(({ id }) => id === search.signal)}
        onClose={() => void navigate({ search: {}, resetScroll: false })}
      />
    </>
  );
}

function Panels({ picture }: { readonly picture: Picture }) {
  const { overview } = picture;
  return (
    <>
      <AnswerStrip overview={overview} />
      <div className="panels">
        <div className="panels__column">
          <SignalsPanel overview={overview} />
          <RequestsPanel overview={overview} />
        </div>
        <div className="panels__column">
          <EventsPanel picture={picture} />
        </div>
        <div className="panels__column">
          <InferencePanel inference={overview.inference} />
          <LedgerPanel overview={overview} />
          <ServerPanel overview={overview} />
        </div>
      </div>
    </>
  );
}

const isForbidden = (fault: unknown): boolean => fault instanceof Fault && fault.row.status === 403;

/** The server said no, for good: why, and the ways on. */
function Refused({ fault }: { readonly fault: unknown }) {
  const { session, signOut } = useSession();
  const other = (
    <Button size="xs" variant="default" onClick={signOut}>
      Sign in as somebody else
    </Button>
  );
  if (isForbidden(fault) && session !== undefined) {
    return (
      <div className="page-notice">
        <EmptyState
          title="This page is for operators and compliance officers"
          command={{ text: readPatientsCommand(location.origin), what: 'Read patients over FHIR' }}
        >
          As {session.name} use the FHIR API; what it releases depends on role, purpose and the
          patients’ consents:
        </EmptyState>
        {other}
      </div>
    );
  }
  return (
    <div className="page-notice">
      <FaultNotice error={fault}>{other}</FaultNotice>
    </div>
  );
}

function Loading() {
  return (
    <div className="page-notice" aria-busy="true">
      <p className="panel__text">Waiting for the first snapshot. The same from a terminal:</p>
      <CopyableCommand
        text={curlOf(location.origin, ENDPOINTS.readOverview)}
        what="Read the overview"
      />
      <Skeleton height={72} mt={16} />
      <Skeleton height={220} mt={16} />
    </div>
  );
}
