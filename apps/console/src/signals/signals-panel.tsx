import { ENDPOINTS, type Overview, type Signal } from '@holdfast/api-contract';
import { Link } from '@tanstack/react-router';
import { BREAK_DATABASE_COMMAND, curlOf } from '../command/commands.ts';
import { CopyCurl } from '../command/copyable-command.tsx';
import { formatCount } from '../format/count.ts';
import { formatAge } from '../format/duration.ts';
import { EmptyState } from '../frame/empty-state.tsx';
import { Panel } from '../frame/panel.tsx';
import { Time } from '../time/time.tsx';
import { SeverityMark } from './severity-mark.tsx';
import './signals.css';

const isOpen = (signal: Signal): boolean => signal.resolvedAt === undefined;

/** Is anyone affected: each failure with its cause, the people it reached, and what to do now. */
export function SignalsPanel({ overview }: { readonly overview: Overview }) {
  const open = overview.signals.filter(isOpen);
  const resolved = overview.signals.filter((signal) => !isOpen(signal));
  const curl = curlOf(location.origin, ENDPOINTS.listSignals);
  return (
    <Panel
      id="signals"
      title="Signals"
      aside={
        <>
          <span className="panel__note">{formatCount(open.length)} open</span>
          <CopyCurl text={curl} what="the signals" />
        </>
      }
    >
      {open.length === 0 ? (
        <NothingOpen isFirst={resolved.length === 0} />
      ) : (
        <ul className="signals">
          {open.map((signal) => (
            <SignalRow key={signal.id} signal={signal} at={overview.at} />
          ))}
        </ul>
      )}
      {resolved.length === 0 ? null : (
        <>
          <h3 className="panel__subtitle">Resolved</h3>
          <ul className="signals">
            {resolved.map((signal) => (
              <SignalRow key={signal.id} signal={signal} at={overview.at} />
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

/** The invitation to break something stands only until something has been broken. */
function NothingOpen({ isFirst }: { readonly isFirst: boolean }) {
  if (!isFirst) return <p className="panel__text">Nothing is failing now.</p>;
  return (
    <EmptyState
      title="No open signals"
      command={{ text: BREAK_DATABASE_COMMAND, what: 'Stop the embedded database' }}
    >
      When something fails, one line appears here: the cause in words, how many patients it reached,
      since when, and the next step. To see one, stop the demo’s embedded database; it is started
      again within seconds, and requests in between are what the signal counts:
    </EmptyState>
  );
}

function SignalRow({ signal, at }: { readonly signal: Signal; readonly at: string }) {
  const { patients, component, dependency, outcome, occurrences } = signal;
  return (
    <li className="signal" data-severity={isOpen(signal) ? signal.severity : 'resolved'}>
      <p className="signal__people">
        <strong>{formatCount(patients.count)}</strong>{' '}
        {patients.count === 1 ? 'patient' : 'patients'}
      </p>
      <div className="signal__body">
        <p className="signal__summary">
          <SeverityMark severity={signal.severity} />
          <Link
            to="/"
            search={(now) => ({ ...now, signal: signal.id })}
            resetScroll={false}
            className="signal__link"
          >
            {signal.summary}
          </Link>
        </p>
        <p className="signal__facts">
          {component}
          {dependency === undefined ? null : ` ← ${dependency}`} · work {outcome}, {occurrences}× ·
          since <Time at={signal.openedAt} form="clock" />
          {signal.resolvedAt === undefined
            ? ` (${formatAge(signal.openedAt, at)})`
            : ` · resolved ${formatAge(signal.resolvedAt, at)}`}
        </p>
        {isOpen(signal) ? (
          <p className="signal__next">
            <span className="signal__next-label">Next</span> {signal.nextStep}
          </p>
        ) : null}
      </div>
    </li>
  );
}
