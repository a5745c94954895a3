import { fullQueue } from '@holdfast/inference/simulation';

const QUEUED = 100_000;
const DECISIONS = 5_000;

/** Microseconds of each decision with a hundred thousand pieces of work in the queue. */
export function decisionMicroseconds(): number[] {
  const decide = fullQueue(QUEUED);
  return Array.from({ length: DECISIONS }, () => {
    const started = process.hrtime.bigint();
    decide();
    return Number(process.hrtime.bigint() - started) / 1_000;
  });
}
