/** A band holds up to and including `upTo`; the last one has no end. */
export interface Band {
  readonly upTo: number | null;
  readonly points: 0 | 1 | 2 | 3;
}

export type Acvpu = 'A' | 'C' | 'V' | 'P' | 'U';

/** National Early Warning Score 2 as published; reproduced unmodified, with acknowledgement. */
export const NEWS2 = {
  id: 'news2',
  version: '1',
  source: 'Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017',
  /** The chart is for people of 16 years and over. */
  minimumAge: 16,
  respiration: [
    { upTo: 8, points: 3 },
    { upTo: 11, points: 1 },
    { upTo: 20, points: 0 },
    { upTo: 24, points: 2 },
    { upTo: null, points: 3 },
  ],
  saturationScale1: [
    { upTo: 91, points: 3 },
    { upTo: 93, points: 2 },
    { upTo: 95, points: 1 },
    { upTo: null, points: 0 },
  ],
  /** Hypercapnic respiratory failure, target 88 to 92 %; only where a clinician has said so. */
  saturationScale2OnAir: [
    { upTo: 83, points: 3 },
    { upTo: 85, points: 2 },
    { upTo: 87, points: 1 },
    { upTo: null, points: 0 },
  ],
  saturationScale2OnOxygen: [
    { upTo: 83, points: 3 },
    { upTo: 85, points: 2 },
    { upTo: 87, points: 1 },
    { upTo: 92, points: 0 },
    { upTo: 94, points: 1 },
    { upTo: 96, points: 2 },
    { upTo: null, points: 3 },
  ],
  oxygenPoints: 2,
  systolic: [
    { upTo: 90, points: 3 },
    { upTo: 100, points: 2 },
    { upTo: 110, points: 1 },
    { upTo: 219, points: 0 },
    { upTo: null, points: 3 },
  ],
  pulse: [
    { upTo: 40, points: 3 },
    { upTo: 50, points: 1 },
    { upTo: 90, points: 0 },
    { upTo: 110, points: 1 },
    { upTo: 130, points: 2 },
    { upTo: null, points: 3 },
  ],
  consciousness: { A: 0, C: 3, V: 3, P: 3, U: 3 } as const satisfies Record<Acvpu, number>,
  temperature: [
    { upTo: 35.0, points: 3 },
    { upTo: 36.0, points: 1 },
    { upTo: 38.0, points: 0 },
    { upTo: 39.0, points: 1 },
    { upTo: null, points: 2 },
  ],
} as const satisfies Record<string, unknown>;

/**
 * Values no living adult has, so that a typing or unit error is set aside instead of scored
 * (98.6 stated as Cel). Ours, not the RCP's.
 */
export const PLAUSIBLE = {
  respiration: { from: 0, to: 120 },
  saturation: { from: 0, to: 100 },
  systolic: { from: 0, to: 350 },
  pulse: { from: 0, to: 350 },
  temperature: { from: 13, to: 47 },
} as const;
