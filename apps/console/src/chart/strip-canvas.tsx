import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatInstant } from '../format/instant.ts';
import { useZone } from '../time/zone-context.tsx';
import { niceCeiling, type Strip } from './rate-data.ts';

interface StripCanvasProps {
  readonly seconds: readonly number[];
  readonly strip: Strip;
  readonly height: number;
  /** Only the lowest strip names the times; all share them. */
  readonly withTimes: boolean;
  readonly cursor: number | undefined;
  readonly onCursor: (index: number | undefined) => void;
}

const drawBars = uPlot.paths.bars?.({ size: [0.72, 24] });

const Y_AXIS_PX = 40;
const X_AXIS_PX = 22;

const colour = (role: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--hf-${role}`).trim();

function optionsOf(props: StripCanvasProps, zone: string, width: number): uPlot.Options {
  const { strip, height, withTimes, onCursor } = props;
  const axis = { stroke: colour('dimmed'), font: '11px "Inter Variable", sans-serif' };
  const line = { stroke: colour('line'), width: 1 };
  return {
    width,
    height: height + (withTimes ? X_AXIS_PX : 0),
    padding: [6, 28, withTimes ? 0 : 4, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      // Half a second on both sides, so that the outer bars are as wide as the others.
      x: { range: (_, min, max) => [min - 0.5, max + 0.5] },
      y: { range: (_, _min, max) => [0, niceCeiling([max])] },
    },
    axes: [
      {
        ...axis,
        show: withTimes,
        size: X_AXIS_PX,
        grid: { show: false },
        ticks: { show: false },
        space: 90,
        values: (_, splits) =>
          splits.map((s) => formatInstant(new Date(s * 1_000).toISOString(), zone, 'clock')),
      },
      {
        ...axis,
        size: Y_AXIS_PX,
        gap: 6,
        grid: line,
        ticks: { show: false },
        splits: (u) => [0, u.scales['y']?.max ?? 1],
      },
    ],
    series: [
      {},
      {
        fill: colour(strip.tone),
        width: 0,
        points: { show: false },
        ...(drawBars === undefined ? {} : { paths: drawBars }),
      },
    ],
    hooks: { setCursor: [(u) => onCursor(u.cursor.idx ?? undefined)] },
  };
}

/** One canvas. Everything it shows is also in the figure's readout and table. */
export function StripCanvas(props: StripCanvasProps) {
  const { seconds, strip, cursor } = props;
  const { zone } = useZone();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const {
      seconds: xs,
      strip: { values },
    } = latest.current;
    const options = optionsOf(latest.current, zone, element.clientWidth);
    const made = new uPlot(options, [[...xs], [...values]], element);
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: options.height }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [zone, scheme]);

  useEffect(() => {
    plot.current?.setData([[...seconds], [...strip.values]]);
  }, [seconds, strip]);

  useEffect(() => {
    const made = plot.current;
    const second = cursor === undefined ? undefined : seconds[cursor];
    if (made === undefined || made.cursor.idx === cursor) return;
    made.setCursor({ left: second === undefined ? -10 : made.valToPos(second, 'x'), top: 0 });
  }, [cursor, seconds]);

  return <div ref={place} className="strip__canvas" aria-hidden="true" />;
}
