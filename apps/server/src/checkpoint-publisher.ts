import type { TenantId } from '@holdfast/kernel';
import {
  parseCheckpoint,
  parseNote,
  storeCosignature,
  storedNodes,
  type WitnessAddress,
  WitnessClient,
} from '@holdfast/ledger';
import type { SignalRecorder } from '@holdfast/visibility';
import type { Pool } from 'pg';

export interface PublisherParts {
  readonly tenant: TenantId;
  readonly witnesses: readonly WitnessAddress[];
  /** Behind the tenant's wall. */
  readonly requests: Pool;
  /** As a member of `holdfast_sequencer`. */
  readonly owner: Pool;
  readonly signals: Pick<SignalRecorder, 'report' | 'resolve'>;
}

interface Watched {
  readonly name: string;
  readonly client: WitnessClient;
}

/**
 * Has each checkpoint cosigned by the witnesses, behind the signing and never in its way: while one
 * round is under way only the newest checkpoint waits. A witness that refuses has seen another
 * history of this log.
 */
export class CheckpointPublisher {
  readonly #parts: PublisherParts;
  readonly #watched: readonly Watched[];
  #newest: string | null = null;
  #running: Promise<void> | null = null;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#watched = parts.witnesses.map((address) => ({
      name: address.verifier.name,
      client: new WitnessClient(address),
    }));
  }

  publish(note: string): void {
    if (this.#watched.length === 0) return;
    this.#newest = note;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let note = this.#newest; note !== null; note = this.#newest) {
      this.#newest = null;
      const current = note;
      await Promise.all(this.#watched.map((watched) => this.#cosign(watched, current)));
    }
  }

  async #cosign({ name, client }: Watched, note: string): Promise<void> {
    const { tenant, requests, owner, signals } = this.#parts;
    const parsed = parseNote(note);
    const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
    if (!checkpoint.ok) return;
    const { size } = checkpoint.value;
    try {
      const cosigned = await client.cosign(note, storedNodes(requests, { tenant, size }));
      if (cosigned.ok) {
        await storeCosignature(owner, { tenant, size, witness: name, line: cosigned.value });
        signals.resolve({ cause: 'ledger-unwitnessed', tenant, dependency: name });
        return;
      }
      const cause = cosigned.error === 'refused' ? 'ledger-forked' : 'ledger-unwitnessed';
      signals.report({ cause, tenant, dependency: name, outcome: 'failed' });
    } catch {
      // The database went away in between; the next checkpoint is tried anew.
      signals.report({ cause: 'ledger-unwitnessed', tenant, dependency: name, outcome: 'failed' });
    }
  }
}
