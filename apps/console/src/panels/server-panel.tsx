import type { Overview } from '@holdfast/api-contract';
import { Figures, Panel } from '../frame/panel.tsx';
import { StandingMark } from '../frame/standing-mark.tsx';
import { Time } from '../time/time.tsx';

/** What answers: the database and the process in front of it. */
export function ServerPanel({ overview }: { readonly overview: Overview }) {
  const { database, startedAt, version } = overview;
  const up = database.state === 'up';
  return (
    <Panel id="server" title="Database and server">
      <Figures
        rows={[
          [
            'Database',
            <span key="database">
              <StandingMark standing={up ? 'good' : 'bad'} silent /> {up ? 'Up' : 'Down'}
            </span>,
          ],
          [up ? 'Up since' : 'Down since', <Time key="since" at={database.since} />],
          ['PostgreSQL', database.version ?? 'not known yet'],
          ['Server started', <Time key="started" at={startedAt} />],
          ['Holdfast', version],
        ]}
      />
    </Panel>
  );
}
