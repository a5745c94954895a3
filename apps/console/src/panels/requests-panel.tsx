import { ENDPOINTS, type Overview } from '@holdfast/api-contract';
import { useMemo } from 'react';
import { Chart } from '../chart/chart.tsx';
import { requestChart } from '../chart/rate-data.ts';
import { createPatientCommand, curlOf } from '../command/commands.ts';
import { CopyCurl } from '../command/copyable-command.tsx';
import { formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';
import { EmptyState } from '../frame/empty-state.tsx';
import { Figures, Panel } from '../frame/panel.tsx';

const ms = (value: number | null): string => (value === null ? '–' : formatDuration(value));

/** Are requests answered: rate, failures, latency, what access decisions said, and what became of them. */
export function RequestsPanel({ overview }: { readonly overview: Overview }) {
  const { requests, decisions } = overview;
  const { byOutcome } = requests;
  const data = useMemo(() => requestChart(overview), [overview]);
  const curl = curlOf(location.origin, ENDPOINTS.readOverview);
  return (
    <Panel id="requests" title="Requests" aside={<CopyCurl text={curl} what="the overview" />}>
      {requests.total === 0 ? (
        <EmptyState
          title="No request has come in since the server started"
          command={{ text: createPatientCommand(location.origin), what: 'Create a patient' }}
        >
          Requests, denials and failures of the last minute appear here, second by second. This one
          gives them a start:
        </EmptyState>
      ) : (
        <Chart caption="Requests per second, last minute" data={data} height={96} />
      )}
      <Figures
        rows={[
          ['Since start', formatCount(requests.total)],
          ['In flight', formatCount(requests.inFlight)],
          ['p50', ms(requests.p50Ms)],
          ['p99', ms(requests.p99Ms)],
        ]}
      />
      <h3 className="panel__subtitle">Access decisions since start</h3>
      <Figures
        rows={[
          ['Released', formatCount(decisions.permitted)],
          ['Refused, or hidden by consent', formatCount(decisions.denied)],
        ]}
      />
      <p className="panel__text">
        What consent hides is answered as not found, so that nobody learns that it exists.
      </p>
      <h3 className="panel__subtitle">Answers since start</h3>
      <Figures
        rows={[
          ['Succeeded', formatCount(byOutcome.succeeded)],
          ['Refused (401, 403)', formatCount(byOutcome.denied)],
          ['Not found (404, 410)', formatCount(byOutcome.notFound)],
          ['Conflict', formatCount(byOutcome.conflicted)],
          ['Throttled', formatCount(byOutcome.throttled)],
          ['Invalid', formatCount(byOutcome.invalid)],
          ['Failed', formatCount(byOutcome.failed)],
        ]}
      />
    </Panel>
  );
}
