import type { ExposureDuty, IncidentDetail } from '@holdfast/api-contract';
import { counted, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { Panel } from '../frame/panel.tsx';
import { StandingMark } from '../frame/standing-mark.tsx';
import { Time } from '../time/time.tsx';
import { clockStanding, dutiesInOrder, shareRun } from './duties.ts';

/** What regulations ask for, by when, and what they still depend on. */
export function DutiesPanel({ incident }: { readonly incident: IncidentDetail }) {
  const { live, ruledOut } = dutiesInOrder(incident.duties);
  const required = live.filter(({ verdict }) => verdict === 'required').length;
  return (
    <Panel
      id="duties"
      title="What the law asks for"
      aside={
        <span className="panel__note">
          {formatCount(required)} required · {formatCount(live.length - required)} open
        </span>
      }
    >
      {live.length === 0 ? (
        <p className="panel__text">Nothing, by the answers given.</p>
      ) : (
        <ul className="duties">
          {live.map((duty) => (
            <Duty key={`${duty.regulation.id} ${duty.id}`} duty={duty} asOf={incident.asOf} />
          ))}
        </ul>
      )}
      {ruledOut.length === 0 ? null : (
        <details className="ruled-out">
          <summary>{counted(ruledOut.length, 'other notice')}, not required</summary>
          <ul>
            {ruledOut.map(({ regulation, id, notify, citation }) => (
              <li key={`${regulation.id} ${id}`}>
                {notify} <span className="duty__cited">{citation}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="panel__text">
        Worked out from what is known. It informs; it is no legal advice.
      </p>
    </Panel>
  );
}

function Duty({ duty, asOf }: { readonly duty: ExposureDuty; readonly asOf: string }) {
  const { regulation, notify, citation, verdict, missing, toBeConfirmed, clock } = duty;
  const standing = verdict === 'required' ? 'watch' : 'unknown';
  return (
    <li className="duty">
      <p className="duty__what">
        <StandingMark standing={standing} silent /> <strong>{verdict}</strong> Notify {notify}
      </p>
      <p className="duty__cited">
        {regulation.title} · {citation}
        {toBeConfirmed ? ' · text to be confirmed' : ''}
      </p>
      {clock === undefined ? <Unclocked duty={duty} /> : <Clock clock={clock} asOf={asOf} />}
      {missing.length === 0 ? null : (
        <p className="duty__missing">
          Depends on {missing.length === 1 ? 'an answer' : `${formatCount(missing.length)} answers`}{' '}
          <a href="#questions">asked for beside</a>
        </p>
      )}
    </li>
  );
}

function Unclocked({ duty }: { readonly duty: ExposureDuty }) {
  return (
    <p className="duty__due">
      {duty.missingAnchor === undefined
        ? 'Without undue delay'
        : 'Its clock starts when it is recorded that a breach was determined'}
    </p>
  );
}

const CLOCK_WIDTH = 200;

function Clock(props: {
  readonly clock: NonNullable<ExposureDuty['clock']>;
  readonly asOf: string;
}) {
  const { clock, asOf } = props;
  const share = shareRun(clock, asOf);
  const left = Date.parse(clock.dueBefore) - Date.parse(asOf);
  return (
    <div className="duty__due">
      <svg
        viewBox={`0 0 ${CLOCK_WIDTH} 8`}
        className="clock"
        data-standing={clockStanding(share)}
        aria-hidden="true"
      >
        <rect className="clock__all" width={CLOCK_WIDTH} height="8" />
        <rect className="clock__run" width={Math.max(2, share * CLOCK_WIDTH)} height="8" />
      </svg>
      <span>
        {left > 0 ? `${formatDuration(left)} left, before ` : 'Late since '}
        <Time at={clock.dueBefore} />
        {clock.provisional ? ', counted from the detection until a discovery is recorded' : ''}
        {clock.heldUntil === undefined ? '' : ', delayed by law enforcement'}
      </span>
    </div>
  );
}
