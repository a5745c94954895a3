import { systemClock, systemTimers } from '@holdfast/kernel';

/** A drill watches from outside, as a person would: it looks again after so long. */
const LOOK_AGAIN_MS = 50;

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    systemTimers.after(ms, resolve);
  });

/** Looks again until it is so. @returns the last look, which is not so where time ran out */
export async function until<Seen>(
  look: () => Promise<Seen>,
  { isSo, withinMs }: { readonly isSo: (seen: Seen) => boolean; readonly withinMs: number },
): Promise<Seen> {
  const from = systemClock.monotonicMs();
  for (;;) {
    const seen = await look();
    if (isSo(seen) || systemClock.monotonicMs() - from > withinMs) return seen;
    await pause(LOOK_AGAIN_MS);
  }
}
