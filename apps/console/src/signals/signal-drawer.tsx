import { ENDPOINTS, type Signal, type SignalDetail } from '@holdfast/api-contract';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { curlOf } from '../command/commands.ts';
import { Copy, CopyableCommand } from '../command/copyable-command.tsx';
import { counted, formatCount } from '../format/count.ts';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { SidePanel } from '../frame/side-panel.tsx';
import { useSession } from '../session/session-context.tsx';
import { Time } from '../time/time.tsx';
import { SeverityMark } from './severity-mark.tsx';

interface SignalDrawerProps {
  /** From the address bar; the drawer is open while it is set. */
  readonly id: string | undefined;
  /** What the page already knows, shown until the full answer is there. */
  readonly known: Signal | undefined;
  readonly onClose: () => void;
}

/** One signal: the five facts in fixed order, then everyone it reached. */
export function SignalDrawer({ id, known, onClose }: SignalDrawerProps) {
  const { client } = useSession();
  const detail = useQuery({
    queryKey: ['signal', id],
    queryFn: ({ signal }) => client.readSignal(id ?? '', { signal }),
    enabled: id !== undefined,
  });
  const facts = known ?? detail.data;
  return (
    <SidePanel opened={id !== undefined} onClose={onClose} title={facts?.summary ?? 'Signal'}>
      {facts === undefined ? null : <Facts signal={facts} />}
      {detail.isPending ? <Skeleton height={96} aria-label="Loading affected patients" /> : null}
      {detail.isError ? (
        <FaultNotice error={detail.error} retry={() => void detail.refetch()} />
      ) : null}
      {detail.isSuccess ? <People patients={detail.data.patients} /> : null}
      {id === undefined ? null : (
        <>
          <h3 className="panel__subtitle">The same from a terminal</h3>
          <CopyableCommand
            text={curlOf(location.origin, ENDPOINTS.readSignal, { id })}
            what="Read this signal"
          />
        </>
      )}
    </SidePanel>
  );
}

function Facts({ signal }: { readonly signal: Signal | SignalDetail }) {
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['Severity', <SeverityMark key="severity" severity={signal.severity} />],
    ['Cause', <code key="cause">{signal.cause}</code>],
    [
      'Where',
      signal.dependency === undefined
        ? signal.component
        : `${signal.component}, waiting for ${signal.dependency}`,
    ],
    ['Since', <Time key="since" at={signal.openedAt} />],
    ['Last seen', <Time key="seen" at={signal.lastSeenAt} />],
    ...(signal.resolvedAt === undefined
      ? []
      : [['Resolved', <Time key="resolved" at={signal.resolvedAt} />] as const]),
    ['Patients reached', formatCount(signal.patients.count)],
    ['Their work', `${signal.outcome}, ${counted(signal.occurrences, 'time')}`],
    ['Tenant', String(signal.tenant)],
    ['Next step', <strong key="next">{signal.nextStep}</strong>],
  ];
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name} className="facts__pair">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function People({ patients }: { readonly patients: SignalDetail['patients'] }) {
  return (
    <section aria-labelledby="people-title">
      <div className="people__head">
        <h3 className="panel__subtitle" id="people-title">
          Affected patients
        </h3>
        <Copy text={patients.ids.map((id) => `Patient/${id}`).join('\n')} what="all patient ids" />
      </div>
      {patients.ids.length === 0 ? (
        <p className="panel__text">No patient’s data was involved.</p>
      ) : (
        <ul className="people" aria-label="Patient ids">
          {patients.ids.map((id) => (
            <li key={id}>
              <code>{id}</code>
            </li>
          ))}
        </ul>
      )}
      <p className="panel__text">Ids are opaque. That you read this list is on the audit ledger.</p>
    </section>
  );
}
