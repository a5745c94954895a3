import type { IncidentDetail, IncidentEntryRequest } from '@holdfast/api-contract';
import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Panel } from '../frame/panel.tsx';
import { ReasonForm } from './reason-form.tsx';
import { useIncidentEntry } from './use-incidents.ts';

type Rated = Extract<IncidentEntryRequest, { readonly kind: 'rated' }>;

const HARMS: readonly { readonly value: Rated['harm']; readonly label: string }[] = [
  { value: 'life-changing', label: 'Death, or severe injury without early recovery' },
  { value: 'severe', label: 'Severe injury or psychological trauma, with recovery' },
  { value: 'moderate', label: 'Minor injury or significant trauma, without early recovery' },
  { value: 'minor', label: 'Minor injury, upset, inconvenience' },
];

const LIKELIHOODS: readonly { readonly value: Rated['likelihood']; readonly label: string }[] = [
  { value: 'very-low', label: 'Very low: negligible' },
  { value: 'low', label: 'Low: in the great majority of cases not' },
  { value: 'medium', label: 'Medium: possible' },
  { value: 'high', label: 'High: expected in most cases' },
  { value: 'very-high', label: 'Very high: certain or almost' },
];

const MEANING: Readonly<Record<number, string>> = {
  1: 'acceptable',
  2: 'acceptable where more would cost more than it helps',
  3: 'undesirable',
  4: 'to be eliminated or controlled',
  5: 'unacceptable',
};

/** Clinical risk by DCB0129: what it could have done, how likely, to how many. */
export function RiskPanel({ incident }: { readonly incident: IncidentDetail }) {
  const { safety, status, id } = incident;
  return (
    <Panel
      id="risk"
      title="Clinical risk"
      aside={safety === null ? null : <strong>{safety.rating} of 5</strong>}
    >
      {safety === null ? (
        <p className="panel__text">Nobody has rated yet what it could have done to patients.</p>
      ) : (
        <p className="panel__text">
          {safety.consequence} consequence, {safety.likelihood.replace('-', ' ')} likelihood:{' '}
          {MEANING[safety.rating]} (DCB0129)
        </p>
      )}
      {status === 'closed' ? null : (
        <details>
          <summary>{safety === null ? 'Rate it' : 'Rate it again'}</summary>
          <RatingForm id={id} />
        </details>
      )}
    </Panel>
  );
}

function RatingForm({ id }: { readonly id: string }) {
  const entry = useIncidentEntry(id);
  const [harm, setHarm] = useState<Rated['harm']>('minor');
  const [likelihood, setLikelihood] = useState<Rated['likelihood']>('low');
  return (
    <>
      <NativeSelect
        label="The gravest harm it could have done to one patient"
        size="xs"
        data={[...HARMS]}
        value={harm}
        onChange={(event) => setHarm(event.currentTarget.value as Rated['harm'])}
      />
      <NativeSelect
        label="How likely"
        size="xs"
        data={[...LIKELIHOODS]}
        value={likelihood}
        onChange={(event) => setLikelihood(event.currentTarget.value as Rated['likelihood'])}
      />
      <ReasonForm
        action="Rate"
        label="Because"
        busy={entry.isPending}
        onReason={(because) => entry.mutate({ kind: 'rated', harm, likelihood, because })}
      />
      {entry.isError ? <FaultNotice error={entry.error} /> : null}
    </>
  );
}
