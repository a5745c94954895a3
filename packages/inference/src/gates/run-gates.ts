import { distance, missingShare, quantile, stabilityIndex } from './distributions.ts';
import type { RunEvidence } from './evidence.ts';
import type { GateFinding } from './gate.ts';
import type { GateLimits } from './gate-limits.ts';

/** What shows while a version runs, whatever becomes of the patients. */
export function runGates(run: RunEvidence, limits: GateLimits): GateFinding[] {
  return [
    latency(run, limits),
    memory(run, limits),
    ...inputs(run, limits),
    freshness(run, limits),
  ];
}

function latency({ latencyMs, championLatencyMs }: RunEvidence, limits: GateLimits): GateFinding {
  const [own, other] = [quantile(latencyMs, 0.99), quantile(championLatencyMs, 0.99)];
  const samples = Math.min(latencyMs.length, championLatencyMs.length);
  const counts = { gate: 'latency', samples, needed: limits.runs } as const;
  if (samples < limits.runs) return { ...counts, verdict: 'inconclusive', text: 'too few runs' };
  const isSlow = own > limits.latencyRatio * other && own - other > limits.latencyFloorMs;
  const text = `p99 ${own.toFixed(1)} ms where the version before takes ${other.toFixed(1)} ms`;
  return { ...counts, verdict: isSlow ? 'fail' : 'pass', text };
}

function memory({ bytes, championBytes }: RunEvidence, limits: GateLimits): GateFinding {
  const other = championBytes ?? bytes;
  const isLarge = bytes > limits.memoryRatio * other && bytes - other > limits.memoryFloorBytes;
  return {
    gate: 'memory',
    verdict: isLarge ? 'fail' : 'pass',
    text: `${bytes} bytes where the version before takes ${other}`,
    ...{ samples: 1, needed: 1 },
  };
}

function inputs({ features }: RunEvidence, limits: GateLimits): GateFinding[] {
  const rows = Object.entries(features);
  const samples = Math.min(
    ...rows.map(([, { live, reference }]) => Math.min(live.length, reference.length)),
    Number.MAX_SAFE_INTEGER,
  );
  const counts = { samples, needed: limits.vectors };
  if (rows.length === 0 || samples < limits.vectors) {
    const text = 'too few inputs';
    return (['drift', 'missing-inputs'] as const).map((gate) => ({
      ...{ gate, ...counts, verdict: 'inconclusive', text },
    }));
  }
  const moved = rows.flatMap(([name, { reference, live }]) => {
    const index = stabilityIndex(reference, live);
    const far = distance(reference, live);
    if (index <= limits.stabilityIndex && far <= limits.distance) return [];
    return [`${name}: stability index ${index.toFixed(2)}, distance ${far.toFixed(2)}`];
  });
  const lost = rows.flatMap(([name, { reference, live }]) => {
    const more = missingShare(live) - missingShare(reference);
    return more > limits.missingShare ? [`${name}: ${(100 * more).toFixed(0)} % more`] : [];
  });
  const finding = (gate: 'drift' | 'missing-inputs', found: readonly string[]): GateFinding => ({
    ...{ gate, ...counts, verdict: found.length > 0 ? 'fail' : 'pass' },
    text: found.length > 0 ? found.join('; ') : 'as in training',
  });
  return [finding('drift', moved), finding('missing-inputs', lost)];
}

/** Inputs that change and a vector that does not: it is fed from yesterday. */
function freshness({ changed, unmoved }: RunEvidence, limits: GateLimits): GateFinding {
  const counts = { gate: 'freshness', samples: changed, needed: limits.runs } as const;
  if (changed < limits.runs) return { ...counts, verdict: 'inconclusive', text: 'too few changes' };
  const share = unmoved / changed;
  const text = `${unmoved} of ${changed} changed inputs moved nothing`;
  return { ...counts, verdict: share > limits.staleShare ? 'fail' : 'pass', text };
}
