import type { InferenceLane, Overview, RequestFigures } from '@holdfast/api-contract';
import { counted, formatCount, formatRate } from '../format/count.ts';
import { formatAge, formatDuration, formatTarget } from '../format/duration.ts';
import {
  LAG_WATCH_MS,
  PENDING_BROKEN_MS,
  PENDING_WATCH_MS,
  RATE_WINDOW_SECONDS,
  TARGET_WATCH_SHARE,
} from '../limits.ts';

/** `good`, worth a look, broken, or not enough seen to say. */
export type Standing = 'good' | 'watch' | 'bad' | 'unknown';

export interface Answer {
  readonly id: 'requests' | 'events' | 'inference' | 'ledger' | 'signals';
  readonly question: string;
  readonly standing: Standing;
  readonly headline: string;
  readonly detail: string;
}

/** What may be found, worst first: the first that applies is the answer. */
type Finding = readonly [applies: boolean, standing: Standing, headline: string];

function found(findings: readonly Finding[]): Pick<Answer, 'standing' | 'headline'> {
  const [, standing, headline] = findings.find(([applies]) => applies) ?? [true, 'unknown', '–'];
  return { standing, headline };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Requests a second, averaged over the last seconds so that one burst does not jump about. */
export function currentRate(perSecond: readonly number[]): number {
  const window = perSecond.slice(-RATE_WINDOW_SECONDS);
  return window.length === 0 ? 0 : sum(window) / window.length;
}

/** The five questions of the first page, in the order an operator asks them. */
export function answersOf(overview: Overview): readonly Answer[] {
  return [
    signals(overview),
    requests(overview),
    events(overview),
    inference(overview),
    ledger(overview),
  ];
}

function signals({ signals: all }: Overview): Answer {
  const open = all.filter((signal) => signal.resolvedAt === undefined);
  const reached = sum(open.map((signal) => signal.patients.count));
  // Two signals may reach the same patient, so the sum is only an upper bound.
  const bound = open.length > 1 && reached > 0 ? 'at most ' : '';
  const people = `${bound}${counted(reached, 'patient')}`;
  return {
    id: 'signals',
    question: 'Is anyone affected?',
    ...found([
      [open.some((signal) => signal.severity === 'critical'), 'bad', people],
      [open.length > 0, 'watch', people],
      [true, 'good', 'No one'],
    ]),
    detail: open.length === 0 ? 'No open signals' : counted(open.length, 'open signal'),
  };
}

function latencyOf({ p50Ms, p99Ms }: RequestFigures): string {
  if (p50Ms === null || p99Ms === null) return 'nothing in the last minute';
  return `p50 ${formatDuration(p50Ms)} · p99 ${formatDuration(p99Ms)}`;
}

function requests({ requests: figures, database }: Overview): Answer {
  const failed = sum(figures.failedPerSecond);
  const rate = `${formatRate(currentRate(figures.perSecond))} per second`;
  return {
    id: 'requests',
    question: 'Are requests answered?',
    ...found([
      [database.state === 'down', 'bad', 'Database down'],
      [failed > 0, 'watch', rate],
      [figures.total === 0, 'unknown', 'None yet'],
      [true, 'good', rate],
    ]),
    detail: failed > 0 ? `${formatCount(failed)} failed in 60 s` : latencyOf(figures),
  };
}

function events({ at, database, events: figures }: Overview): Answer {
  const { groups, lastEventAt, total } = figures;
  const behind = sum(groups.map((group) => group.lagEvents));
  const parked = sum(groups.map((group) => group.parkedStreams));
  const dead = sum(groups.map((group) => group.deadLetters));
  const stopped = groups.find((group) => group.state === 'stopped');
  const oldest = Math.max(0, ...groups.map((group) => ageMs(group.oldestUnprocessedAt, at)));
  const newest = lastEventAt === null ? 'none yet' : `newest ${formatAge(lastEventAt, at)}`;
  return {
    id: 'events',
    question: 'Is data flowing?',
    ...found([
      [database.state === 'down', 'unknown', 'Cannot be read'],
      [stopped !== undefined, 'bad', `${stopped?.group} stopped`],
      [dead > 0, 'bad', counted(dead, 'dead letter')],
      [parked > 0, 'watch', `${counted(parked, 'stream')} parked`],
      [oldest > LAG_WATCH_MS, 'watch', `${formatCount(behind)} behind`],
      [groups.length === 0, 'unknown', 'No consumers'],
      [behind > 0, 'good', 'Keeping up'],
      [true, 'good', 'Caught up'],
    ]),
    detail:
      database.state === 'down'
        ? 'while the database is down'
        : `${formatCount(total)} events · ${newest}`,
  };
}

/** How a lane keeps its promise: its oldest wait against its target. */
export function laneStanding(lane: InferenceLane): Standing {
  const wait = lane.oldestWaitMs ?? 0;
  if (wait > lane.targetMs) return 'bad';
  return wait > lane.targetMs * TARGET_WATCH_SHARE ? 'watch' : 'good';
}

function inference({ inference: { backend, tiers } }: Overview): Answer {
  const late = tiers.find((lane) => laneStanding(lane) === 'bad');
  const close = tiers.find((lane) => laneStanding(lane) === 'watch');
  const lateBy = late === undefined ? 0 : (late.oldestWaitMs ?? 0) - late.targetMs;
  const waiting = sum(tiers.map((lane) => lane.waiting));
  return {
    id: 'inference',
    question: 'Are patients scored in time?',
    ...found([
      [late !== undefined, 'bad', `Tier ${late?.tier} late by ${formatDuration(lateBy)}`],
      [backend.state === 'down', 'bad', 'Nothing scores'],
      [backend.state === 'fallback', 'watch', 'On fallback scores'],
      [backend.state === 'starting', 'watch', 'Back end starting'],
      [close !== undefined, 'watch', `Tier ${close?.tier} near its limit`],
      [true, 'good', 'On time'],
    ]),
    detail: `${formatCount(waiting)} waiting · tier 0 promises ${formatTarget(tiers[0]?.targetMs ?? 0)}`,
  };
}

function ledger({ at, ledger: head }: Overview): Answer {
  const waits = ageMs(head.pendingSince, at);
  const entries = `${formatCount(head.size)} ${head.size === 1 ? 'entry' : 'entries'}`;
  const unsealed = `${formatCount(head.pending)} not sealed`;
  const sealed =
    head.lastCheckpointAt === null
      ? 'no checkpoint yet'
      : `checkpoint ${formatAge(head.lastCheckpointAt, at)}`;
  return {
    id: 'ledger',
    question: 'Is the record sealed?',
    ...found([
      [waits > PENDING_BROKEN_MS, 'bad', unsealed],
      [waits > PENDING_WATCH_MS, 'watch', unsealed],
      [head.lastCheckpointAt === null, 'unknown', entries],
      [true, 'good', entries],
    ]),
    detail: `${sealed} · ${formatCount(head.pending)} pending`,
  };
}

function ageMs(instant: string | null, asOf: string): number {
  return instant === null ? 0 : Math.max(0, Date.parse(asOf) - Date.parse(instant));
}
