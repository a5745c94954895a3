import { Button } from '@mantine/core';
import { type KeyboardEvent, useId, useState } from 'react';
import { formatCount } from '../format/count.ts';
import { formatInstant } from '../format/instant.ts';
import { Time } from '../time/time.tsx';
import { useZone } from '../time/zone-context.tsx';
import { type ChartData, isCursorKey, moveCursor, readout } from './rate-data.ts';
import { StripCanvas } from './strip-canvas.tsx';
import './chart.css';

interface ChartProps {
  readonly caption: string;
  readonly data: ChartData;
  /** Height of the first strip; the others are half as high. */
  readonly height: number;
}

const isoOf = (second: number): string => new Date(second * 1_000).toISOString();

/**
 * The only way a chart gets onto a page: a captioned figure whose values can be walked by arrow
 * keys, are read aloud on each step, and can be shown as a table.
 */
export function Chart({ caption, data, height }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [cursor, setCursor] = useState<number>();
  const [spoken, setSpoken] = useState('');
  const { zone } = useZone();
  const hint = useId();

  const onKeyDown = (event: KeyboardEvent) => {
    if (!isCursorKey(event.key)) return;
    event.preventDefault();
    const next = moveCursor(cursor, event.key, data.seconds.length);
    setCursor(next);
    setSpoken(
      `${formatInstant(isoOf(data.seconds[next] ?? 0), zone, 'clock')}: ${readout(data, next)}`,
    );
  };
  const shown = cursor ?? data.seconds.length - 1;
  const second = data.seconds[shown];

  return (
    <figure className="chart">
      <figcaption className="chart__head">
        <span className="chart__caption">{caption}</span>
        <span className="chart__readout">
          {second === undefined ? null : <Time at={isoOf(second)} form="clock" />}
        </span>
        <Button size="compact-xs" variant="default" onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </figcaption>
      {asTable ? (
        <ChartTable caption={caption} data={data} />
      ) : (
        // The group takes the keyboard for its cursor; what a step finds is said by the status.
        <div
          className="chart__strips"
          role="group"
          aria-label={`${caption}, chart`}
          aria-describedby={hint}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(undefined)}
          onMouseLeave={() => setCursor(undefined)}
        >
          {data.strips.map((strip, i) => (
            <div key={strip.label} className="strip" data-tone={strip.tone}>
              <div className="strip__label">
                <span className="strip__name">{strip.label}</span>
                <span className="strip__value">{formatCount(strip.values[shown] ?? 0)}</span>
              </div>
              <StripCanvas
                seconds={data.seconds}
                strip={strip}
                height={i === 0 ? height : height / 2}
                withTimes={i === data.strips.length - 1}
                cursor={cursor}
                onCursor={setCursor}
              />
            </div>
          ))}
          <p id={hint} className="visually-hidden">
            Arrow keys move a cursor over the values; Home and End go to the ends.
          </p>
        </div>
      )}
      <p role="status" className="visually-hidden">
        {spoken}
      </p>
    </figure>
  );
}

function ChartTable({ caption, data }: Pick<ChartProps, 'caption' | 'data'>) {
  return (
    <div
      className="scroll chart__table"
      role="region"
      aria-label={`${caption}, table`}
      tabIndex={0}
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Second</th>
            {data.strips.map(({ label }) => (
              <th key={label} scope="col" className="table__number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.seconds.map((second, i) => (
            <tr key={second}>
              <th scope="row">
                <Time at={isoOf(second)} form="clock" />
              </th>
              {data.strips.map(({ label, values }) => (
                <td key={label} className="table__number">
                  {formatCount(values[i] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
