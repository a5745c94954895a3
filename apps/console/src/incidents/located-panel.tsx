import type { IncidentDetail, IncidentSuspect, LocatedCause } from '@holdfast/api-contract';
import { formatDuration } from '../format/duration.ts';
import { Panel } from '../frame/panel.tsx';
import { Time } from '../time/time.tsx';

const MATCH: Readonly<Record<IncidentSuspect['match'], string>> = {
  same: 'reaches what fails',
  possible: 'could reach what fails',
  other: 'reaches something else',
};

/** Where failures are set apart from successes, and what changed shortly before them. */
export function LocatedPanel({ incident }: { readonly incident: IncidentDetail }) {
  const { located, suspects } = incident;
  return (
    <Panel id="located" title="Where it fails, and what changed">
      {located === null ? (
        <p className="panel__text">
          No attempts of that time are known: they are counted for ten minutes.
        </p>
      ) : (
        <Located located={located} />
      )}
      <h3 className="located__head">Changes before the first failure</h3>
      {suspects.length === 0 ? (
        <p className="panel__text">Nothing is known to have changed within a day before it.</p>
      ) : (
        <ol className="causes">
          {suspects.map((suspect) => (
            <li key={`${suspect.kind} ${suspect.at}`}>
              {suspect.what}
              <span className="causes__when">
                {' '}
                · <Time at={suspect.at} form="clock" />,{' '}
                {formatDuration(Math.max(0, suspect.beforeSeconds * 1_000))} before ·{' '}
                {MATCH[suspect.match]}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Located({ located }: { readonly located: NonNullable<IncidentDetail['located']> }) {
  const { causes, alternatives, observed } = located;
  if (causes.length === 0) {
    return (
      <p className="panel__text">
        {observed.failed} of {observed.failed + observed.succeeded} attempts failed, and nothing
        they have in common sets them apart.
      </p>
    );
  }
  return (
    <>
      <ol className="causes">
        {causes.map((cause) => (
          <Cause key={cause.summary} cause={cause} />
        ))}
      </ol>
      {alternatives.length === 0 ? null : (
        <details>
          <summary>What else it might be</summary>
          <ol className="causes">
            {alternatives.map((cause) => (
              <Cause key={cause.summary} cause={cause} />
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

function Cause({ cause }: { readonly cause: LocatedCause }) {
  return (
    <li>
      <strong>{cause.summary}</strong>
      <span className="causes__when"> · {cause.evidence}</span>
    </li>
  );
}
