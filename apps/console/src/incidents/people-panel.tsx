import type { IncidentDetail } from '@holdfast/api-contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Copy } from '../command/copyable-command.tsx';
import { formatCount } from '../format/count.ts';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Panel } from '../frame/panel.tsx';
import { useSession } from '../session/session-context.tsx';

const BAR_WIDTH = 120;

/** How many it reached and where they live; who they are only on purpose, and on record. */
export function PeoplePanel({ incident }: { readonly incident: IncidentDetail }) {
  const { count, residents, residenceUnknown } = incident.impact;
  const unknown = { place: 'not on record', count: residenceUnknown };
  const rows = [...residents, ...(residenceUnknown > 0 ? [unknown] : [])];
  return (
    <Panel id="people" title="People reached" aside={<strong>{formatCount(count)}</strong>}>
      {count === 0 ? (
        <p className="panel__text">No patient’s data was involved.</p>
      ) : (
        <>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Lives in</th>
                <th scope="col">Share</th>
                <th scope="col" className="table__number">
                  People
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.place}>
                  <th scope="row">{row.place}</th>
                  <td>
                    <svg width={BAR_WIDTH} height="10" aria-hidden="true" className="share">
                      <rect width={Math.max(2, (row.count / count) * BAR_WIDTH)} height="10" />
                    </svg>{' '}
                    {Math.round((100 * row.count) / count)} %
                  </td>
                  <td className="table__number">{formatCount(row.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <Who id={incident.id} />
        </>
      )}
    </Panel>
  );
}

function Who({ id }: { readonly id: string }) {
  const { client } = useSession();
  const [asked, setAsked] = useState(false);
  const people = useQuery({
    queryKey: ['incident-patients', id],
    queryFn: ({ signal }) => client.readIncidentPatients(id, { signal }),
    enabled: asked,
  });
  if (!asked) {
    return (
      <p className="panel__text">
        <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
          Show who they are
        </Button>{' '}
        Each of them gets a record on the audit ledger.
      </p>
    );
  }
  if (people.isError) {
    return <FaultNotice error={people.error} retry={() => void people.refetch()} />;
  }
  if (people.data === undefined) return <p className="panel__text">Asking …</p>;
  const { ids } = people.data;
  return (
    <>
      <div className="people__head">
        <h3 className="panel__subtitle">Patient ids</h3>
        <Copy text={ids.map((each) => `Patient/${each}`).join('\n')} what="all patient ids" />
      </div>
      <ul className="people" aria-label="Patient ids">
        {ids.map((each) => (
          <li key={each}>
            <code>{each}</code>
          </li>
        ))}
      </ul>
    </>
  );
}
