import { type AnyConsumer, consumerOf, defineConsumer } from '@holdfast/events';
import type { InferenceOrchestrator } from '@holdfast/inference';
import { GATHER_MS } from '../limits.ts';

/**
 * After a patient's consents changed, inference that waits for a slot is asked about again at once.
 * One process hears of each change; what waits in another is asked when it starts, and everything
 * once more before its result is written.
 */
export function consentChanges(orchestrator: InferenceOrchestrator): AnyConsumer {
  return consumerOf(
    defineConsumer({
      group: 'inference-consent',
      handles: { resourceTypes: ['Consent'] },
      startFrom: 'now',
      gatherMs: GATHER_MS,
      external: async ({ tenant, patientId }) => {
        if (patientId !== null) await orchestrator.recheckConsent(tenant, patientId);
      },
    }),
  );
}
