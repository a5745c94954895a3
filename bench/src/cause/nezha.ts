import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Observations, Tally } from '@holdfast/visibility';
import { median } from '../quantile.ts';
import { filesOfTar } from './tar.ts';

const root = new URL('../../../../shared/data/cause-localisation/nezha/', import.meta.url);

/** Days of Online Boutique of which metrics are kept. */
const DAYS = ['2022-08-22', '2022-08-23'];

/** One injected fault with what the metrics of all services showed. */
export interface NezhaFault {
  readonly service: string;
  /** What was done to it: `cpu`, `latency`, or `code`, of which no metric tells. */
  readonly type: 'cpu' | 'latency' | 'code';
  readonly observations: Observations;
  /** Services by how far their loudest metric was off: the trivial baseline. */
  readonly loudest: readonly string[];
}

/**
 * Labelled faults of Nezha (FSE 2023), as failures against successes: a sample of a metric fails
 * by how far it is from what it was in the half hour before.
 * @throws Error where the data is not beside the repository
 */
export function nezhaFaults(): readonly NezhaFault[] {
  if (!existsSync(root)) {
    throw new Error('this bench needs ../shared/data/cause-localisation beside the repository');
  }
  return DAYS.flatMap((day) => {
    const archive = readFileSync(new URL(`onlineboutique-metrics-${day}.tar.gz`, root));
    const files = filesOfTar(gunzipSync(archive));
    const folder = `rca_data/${day}/metric/`;
    const file = (name: string) => files.get(`${folder}${name}`) ?? '';
    const pods = [...files].filter(([at]) => at.startsWith(folder) && at.endsWith('_metric.csv'));
    const series = [
      ...pods.flatMap(([, text]) => ofPod(text)),
      ...ofCalls(file('source_50.csv'), file('destination_50.csv')),
    ];
    const list = readFileSync(new URL(`${day}-fault_list.json`, root), 'utf8');
    const faults = Object.values(JSON.parse(list) as Record<string, Fault[]>).flat();
    return faults.map((fault) => observed(fault, series));
  });
}

interface Fault {
  /** Seconds since 1970, as text. */
  readonly inject_timestamp: string;
  readonly inject_pod: string;
  readonly inject_type: string;
}

/** One metric of one service. */
export interface Series {
  readonly service: string;
  readonly metric: string;
  readonly samples: readonly { readonly at: number; readonly value: number }[];
}

/** What is looked at of each service, by how an operator calls it. */
const METRICS: Readonly<Record<string, string>> = {
  cpu: 'CpuUsageRate(%)',
  memory: 'MemoryUsageRate(%)',
  received: 'NetworkReceiveBytes',
  sent: 'NetworkTransmitBytes',
  workload: 'PodWorkload(Ops)',
};

type Row = Readonly<Record<string, string>>;

function tableOf(text: string): Row[] {
  const [head = '', ...lines] = text.trim().split('\n');
  const names = head.trim().split(',');
  return lines.map((line) => {
    const cells = line.trim().split(',');
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
  });
}

const numbers = (rows: readonly Row[], time: string, column: string): Series['samples'] =>
  rows
    .map((row) => ({ at: Number(row[time]), value: Number(row[column]) }))
    .filter(({ value }) => Number.isFinite(value));

function ofPod(text: string): Series[] {
  const rows = tableOf(text);
  const service = serviceOf(rows[0]?.['PodName'] ?? '');
  return Object.entries(METRICS).map(([metric, column]) => {
    return { service, metric, samples: numbers(rows, 'TimeStamp', column) };
  });
}

/** Calls: how long they took where they arrived, and by how much longer the caller waited. */
function ofCalls(source: string, destination: string): Series[] {
  const [left, arrived] = [tableOf(source), tableOf(destination)];
  const edges = Object.keys(arrived[0] ?? {}).filter((name) => name.includes('_'));
  return edges.flatMap((edge) => {
    const service = edge.split('_')[1] ?? '';
    const within = numbers(arrived, 'timestamp', edge);
    const byMinute = new Map(within.map(({ at, value }) => [Math.round(at / 60), value]));
    const between = numbers(left, 'timestamp', edge).flatMap(({ at, value }) => {
      const inside = byMinute.get(Math.round(at / 60));
      return inside === undefined ? [] : [{ at, value: value - inside }];
    });
    return [
      { service, metric: 'service time', samples: within },
      { service, metric: 'latency', samples: between },
    ];
  });
}

const serviceOf = (pod: string): string => pod.split('-')[0] ?? '';

const TYPES: Readonly<Record<string, NezhaFault['type']>> = {
  cpu_contention: 'cpu',
  cpu_consumed: 'cpu',
  network_delay: 'latency',
};

function observed(fault: Fault, series: readonly Series[]): NezhaFault {
  const { rows, loudest } = deviations(series, Number(fault.inject_timestamp));
  return {
    service: serviceOf(fault.inject_pod),
    type: TYPES[fault.inject_type] ?? 'code',
    observations: { attributes: ['metric', 'service'], rows },
    loudest,
  };
}

/** Seconds of the fault that are looked at, and of the time before it. */
const DURING = 240;
const BEFORE = 1_800;

/** Attempts that one sample stands for: all of them fail where it is this many deviations off. */
const ATTEMPTS = 10;
const OFF_BY_MOST = 40;

/** Seconds of calls that nobody would notice. */
const LEAST: Readonly<Record<string, number>> = { latency: 0.001, 'service time': 0.001 };

/** Below this many robust standard deviations a sample is as ever. */
const AS_EVER = 4;

/** A fault at that second in rows: what each metric of each service did. */
export function deviations(
  series: readonly Series[],
  at: number,
): { readonly rows: Observations['rows']; readonly loudest: readonly string[] } {
  const loudness = new Map<string, number>();
  const rows = series.flatMap(({ service, metric, samples }) => {
    const before = samples.filter((each) => each.at < at && each.at >= at - BEFORE);
    const during = samples.filter((each) => each.at >= at && each.at < at + DURING);
    if (before.length < 2) return [];
    const middle = median(before.map(({ value }) => value));
    const off = median(before.map(({ value }) => Math.abs(value - middle)));
    // A tenth of the value is noise whatever the half hour before looked like.
    const spread = Math.max(1.48 * off, 0.1 * Math.abs(middle), LEAST[metric] ?? 0.1);
    const deviationOf = (value: number) => Math.abs(value - middle) / spread;
    return during.map(({ value }) => {
      const deviation = deviationOf(value);
      loudness.set(service, Math.max(loudness.get(service) ?? 0, deviation));
      return { values: [metric, service], ...tallyOf(deviation) };
    });
  });
  const loudest = [...loudness].sort(([, a], [, b]) => b - a).map(([service]) => service);
  return { rows, loudest };
}

function tallyOf(deviation: number): Tally {
  const share = deviation < AS_EVER ? 0 : Math.min(1, deviation / OFF_BY_MOST);
  const failed = Math.ceil(share * ATTEMPTS);
  return { failed, succeeded: ATTEMPTS - failed };
}
