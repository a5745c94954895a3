import { describe, expect, it } from 'vitest';
import { shippedPipelines } from '../pipelines/shipped-pipelines.ts';
import { CARDS_MAX, cardsOf, type StoredResult } from './cards.ts';

const now = new Date('2026-11-24T12:00:00Z');
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

const result = (given: Partial<StoredResult>): StoredResult => ({
  inferenceId: '00000000-0000-7000-8000-000000000001',
  pipeline: 'phq-9',
  tier: 2,
  degraded: false,
  finishedAt: hoursAgo(0),
  asOf: hoursAgo(1),
  resource: 'RiskAssessment/r1',
  note: 'PHQ-9 total 12, moderate. Tier 2 by policy p@1.',
  ...given,
});
const cards = (...results: StoredResult[]) =>
  cardsOf(results, { pipelines: shippedPipelines, now });
const PIPELINES = shippedPipelines.map(({ id }) => id);

describe('cards of stored results', () => {
  it('say the first sentence shortly, all of it in the detail, and where it is stored', () => {
    const [card] = cards(result({ pipeline: PIPELINES[0] ?? '' }));
    expect(card).toMatchObject({
      uuid: '00000000-0000-7000-8000-000000000001',
      summary: 'PHQ-9 total 12, moderate.',
      indicator: 'info',
    });
    expect(card?.detail).toContain('Tier 2 by policy p@1.');
    expect(card?.detail).toContain('RiskAssessment/r1');
  });

  it.each([
    [0, 'critical'],
    [1, 'warning'],
    [2, 'info'],
    [3, 'info'],
  ] as const)('show tier %i as %s', (tier, indicator) => {
    expect(cards(result({ pipeline: PIPELINES[0] ?? '', tier }))[0]?.indicator).toBe(indicator);
  });

  it('show the newest result of a pipeline alone, also where it is the less urgent one', () => {
    const pipeline = PIPELINES[0] ?? '';
    const older = result({ pipeline, tier: 0, asOf: hoursAgo(3), note: 'Older.' });
    const newer = result({ pipeline, tier: 2, asOf: hoursAgo(2), note: 'Newer.' });
    const summaries = (given: StoredResult[]) => cards(...given).map(({ summary }) => summary);
    expect(summaries([older, newer])).toEqual(['Newer.']);
    expect(summaries([newer, older])).toEqual(['Newer.']);
  });

  it('show an emergency of today, though a visit of October was scored after it', () => {
    const pipeline = PIPELINES[0] ?? '';
    const today = result({ pipeline, tier: 0, asOf: hoursAgo(2), finishedAt: hoursAgo(1) });
    const october = result({ pipeline, tier: 3, asOf: hoursAgo(1_000), finishedAt: hoursAgo(0) });
    expect(cards(today, october)[0]?.indicator).toBe('critical');
    expect(cards(october, today)[0]?.indicator).toBe('critical');
  });

  it('show what was computed last of one moment: a correction', () => {
    const pipeline = PIPELINES[0] ?? '';
    const first = result({ pipeline, finishedAt: hoursAgo(0.5), note: 'First.' });
    const corrected = result({ pipeline, finishedAt: hoursAgo(0.1), note: 'Corrected.' });
    expect(cards(corrected, first)[0]?.summary).toBe('Corrected.');
    expect(cards(first, corrected)[0]?.summary).toBe('Corrected.');
  });

  it('put the most urgent first, then the newest, and no more than are read', () => {
    const all = PIPELINES.map((pipeline, nth) =>
      result({
        pipeline,
        tier: nth === PIPELINES.length - 1 ? 0 : 1,
        asOf: hoursAgo(nth + 1),
      }),
    );
    const shown = cards(...all);
    expect(shown).toHaveLength(CARDS_MAX);
    expect(shown.map(({ indicator }) => indicator)).toEqual([
      'critical',
      ...Array.from({ length: CARDS_MAX - 1 }, () => 'warning'),
    ]);
    expect(shown[1]?.source.topic.code).toMatch(new RegExp(`^${PIPELINES[0]}@`));
  });

  it.each(shippedPipelines.map(({ id, currentForHours }) => [id, currentForHours] as const))(
    'leave out %s when it is older than %i hours',
    (pipeline, hours) => {
      expect(cards(result({ pipeline, asOf: hoursAgo(hours) }))).toHaveLength(1);
      expect(cards(result({ pipeline, asOf: hoursAgo(hours + 0.01) }))).toEqual([]);
    },
  );

  it('leave out what an unknown pipeline said', () => {
    expect(cards(result({ pipeline: 'retired' }))).toEqual([]);
  });

  it('keep a summary below 140 characters, and say first that it is degraded', () => {
    const note = `${'x'.repeat(200)}. More.`;
    const [card] = cards(result({ pipeline: PIPELINES[0] ?? '', note, degraded: true }));
    expect(card?.summary).toHaveLength(139);
    expect(card?.summary).toMatch(/^Degraded: x+…$/);
  });
});
