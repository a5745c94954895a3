import type { IncidentDetail } from '@holdfast/api-contract';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Panel } from '../frame/panel.tsx';
import { Time } from '../time/time.tsx';
import { ReasonForm } from './reason-form.tsx';
import { useIncidentEntry } from './use-incidents.ts';

/** What happened and what was decided, newest first; each line shows what was known then. */
export function TimelinePanel({ incident }: { readonly incident: IncidentDetail }) {
  const { id, status, timeline } = incident;
  return (
    <Panel id="timeline" title="Timeline">
      <Write id={id} isClosed={status === 'closed'} />
      <ol className="timeline" reversed>
        {timeline.toReversed().map(({ at, author, kind, text }, index) => (
          <li key={timeline.length - index} data-kind={kind}>
            <Link
              to="/incidents/$id"
              params={{ id }}
              search={{ at }}
              className="timeline__at"
              title="Show what was known then"
            >
              <Time at={at} />
            </Link>
            <span className="timeline__text">{text}</span>
            <span className="timeline__who">{author ?? 'the platform'}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

const WRITES = {
  noted: { summary: 'Add a note', action: 'Add', label: 'Note' },
  closed: { summary: 'Close it', action: 'Close', label: 'Closed, because' },
  reopened: { summary: 'Open it again', action: 'Open again', label: 'Open again, because' },
} as const;

function Write({ id, isClosed }: { readonly id: string; readonly isClosed: boolean }) {
  const entry = useIncidentEntry(id);
  // A new form after each entry: what was written is in the timeline.
  const [round, setRound] = useState(0);
  const write = (kind: keyof typeof WRITES, words: string) =>
    entry.mutate(kind === 'noted' ? { kind, text: words } : { kind, because: words }, {
      onSuccess: () => setRound((n) => n + 1),
    });
  const kinds = ['noted', isClosed ? 'reopened' : 'closed'] as const;
  return (
    <div className="writes">
      {kinds.map((kind) => (
        <details key={`${kind} ${round}`}>
          <summary>{WRITES[kind].summary}</summary>
          <ReasonForm
            action={WRITES[kind].action}
            label={WRITES[kind].label}
            busy={entry.isPending}
            onReason={(words) => write(kind, words)}
          />
        </details>
      ))}
      {entry.isError ? <FaultNotice error={entry.error} /> : null}
    </div>
  );
}
