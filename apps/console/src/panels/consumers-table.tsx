import type { ConsumerGroup } from '@holdfast/api-contract';
import type { Standing } from '../answers/answers.ts';
import { formatCount } from '../format/count.ts';
import { formatAge } from '../format/duration.ts';
import { StandingMark } from '../frame/standing-mark.tsx';

function standingOf(group: ConsumerGroup): Standing {
  if (group.state === 'stopped' || group.deadLetters > 0) return 'bad';
  return group.parkedStreams > 0 || group.state === 'catching-up' ? 'watch' : 'good';
}

/** Who reads the event log, and how far each has come. */
export function ConsumersTable(props: {
  readonly groups: readonly ConsumerGroup[];
  readonly at: string;
}) {
  return (
    <div className="scroll" role="region" aria-label="Consumers" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Consumer</th>
            <th scope="col">State</th>
            <th scope="col" className="table__number">
              Behind
            </th>
            <th scope="col" className="table__number">
              Oldest
            </th>
            <th scope="col" className="table__number">
              Parked
            </th>
            <th scope="col" className="table__number">
              Dead letters
            </th>
          </tr>
        </thead>
        <tbody>
          {props.groups.map((group) => (
            <tr key={group.group}>
              <th scope="row">{group.group}</th>
              <td>
                <StandingMark standing={standingOf(group)} silent /> {group.state}
              </td>
              <td className="table__number">{formatCount(group.lagEvents)}</td>
              <td className="table__number">
                {group.oldestUnprocessedAt === null
                  ? '–'
                  : formatAge(group.oldestUnprocessedAt, props.at)}
              </td>
              <td className="table__number">{formatCount(group.parkedStreams)}</td>
              <td className="table__number">{formatCount(group.deadLetters)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
