import type { CauseCode } from '@holdfast/visibility';
import type { RunningServer } from '../start.ts';

/** An answer of the server under the drill. */
export interface DrillAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The demo that a fault is put into: nobody else uses it. */
export interface DrillWorld {
  readonly server: RunningServer;
  /** A request as one of the demo personas. */
  readonly call: (persona: string, path: string, init?: RequestInit) => Promise<DrillAnswer>;
}

/** Ids of the patients whom the fault reached, found without asking the incident. */
export type Affected = ReadonlySet<string>;

/** A fault as data and an injector. */
export interface Drill {
  readonly name: string;
  /** What breaks, in a sentence. */
  readonly summary: string;
  /** What the incident must name first. */
  readonly cause: CauseCode;
  /** Attempts that go well before, so that there is something to compare with. */
  calm(world: DrillWorld, ward: readonly string[]): Promise<void>;
  /** Breaks it. @returns whom it reached */
  inject(world: DrillWorld, ward: readonly string[]): Promise<Affected>;
}

export interface DrillVerdict {
  readonly drill: string;
  /** The one incident that was opened names the true cause first. */
  readonly causeFirst: boolean;
  /** Its patients are those whom the fault reached, all of them and nobody else. */
  readonly affectedExact: boolean;
  /** From the fault to an incident that is right, in milliseconds; until given up otherwise. */
  readonly tookMs: number;
  readonly expected: { readonly cause: CauseCode; readonly patients: number };
  readonly found: {
    /** First causes of the incidents that were opened. */
    readonly causes: readonly string[];
    readonly patients: number;
    /** Where attempts say that it fails. */
    readonly located: readonly string[];
  };
}
