import { type InferenceRecord, type ModelRoute, rollBack, VersionWatch } from '@holdfast/inference';
import type { TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import type { SignalRecorder } from '@holdfast/visibility';
import type { Pool } from 'pg';
import type { ModelDesk } from './model-desk.ts';

export interface VersionKeeperOptions {
  readonly tenant: TenantId;
  readonly pool: Pool;
  readonly desk: ModelDesk;
  readonly signals: SignalRecorder;
  readonly trouble: (error: unknown) => void;
}

/** The version that is new, and the one that is there to go back to; null: nothing is on trial. */
function onTrial(route: ModelRoute): { readonly watched: string; readonly against: string } | null {
  const { canary, champion, previous } = route;
  if (canary !== null) return { watched: canary.version, against: champion };
  return previous === null ? null : { watched: champion, against: previous };
}

/**
 * Told of every answer. A version that fails its watch goes back by itself, in one transaction, with
 * the report as the reason; the signal says what happened.
 */
export function versionKeeper(options: VersionKeeperOptions): (record: InferenceRecord) => void {
  const { tenant, pool, desk, signals, trouble } = options;
  const watch = new VersionWatch();
  return (record) => {
    watch.answered(record);
    const [id] = record.attempts[0]?.model.split('@') ?? [];
    const route = id === undefined || record.arm === undefined ? undefined : desk.routeOf(id);
    const trial = route === undefined ? null : onTrial(route);
    if (route === undefined || trial === null) return;
    const { model } = route;
    const report = watch.look({
      ...{ watched: `${model}@${trial.watched}`, against: `${model}@${trial.against}` },
    });
    if (report === null) return;
    const failed = report.findings.filter(({ verdict }) => verdict === 'fail');
    const reason = failed.map(({ gate, text }) => `${gate}: ${text}`).join('; ');
    const change = { model, reason: `by itself: ${reason}`, shipped: route.champion };
    void inTransaction(pool, (tx) => rollBack(tx, tenant, change)).then(
      () =>
        signals.report({
          ...{ cause: 'inference-model-rolled-back', tenant, patients: [], tier: null },
          outcome: 'degraded',
        }),
      trouble,
    );
  };
}
