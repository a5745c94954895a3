import type { Brand, TenantId } from '@holdfast/kernel';
import type { Finding } from '../cause/finding.ts';
import type { CauseCode, Severity } from '../causes.ts';
import type { Likelihood, PotentialHarm } from '../exposure/clinical-safety.ts';
import type { Anchor, FactName, LawEnforcementHold } from '../exposure/facts.ts';
import type { SignalId } from '../signal.ts';

export type IncidentId = Brand<string, 'IncidentId'>;

/** What the machine writes into the timeline. */
export type MachineEntry =
  | {
      readonly kind: 'signal-joined';
      readonly signal: SignalId;
      readonly cause: CauseCode;
      /** When the failure began, as the signal has it. */
      readonly since: Date;
    }
  | { readonly kind: 'signal-ended'; readonly signal: SignalId; readonly endedAt: Date }
  /** What attempts said of where the failures were, up to then. */
  | { readonly kind: 'located'; readonly finding: Finding };

/** What a person writes. Each says why; nothing is ever changed or taken back, only superseded. */
export type HumanEntry =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'owned'; readonly owner: string }
  | { readonly kind: 'noted'; readonly text: string }
  /** null: what was answered before is withdrawn, the question is open again. */
  | {
      readonly kind: 'answered';
      readonly question: FactName;
      readonly answer: boolean | null;
      readonly because: string;
    }
  | {
      readonly kind: 'anchored';
      readonly anchor: Anchor;
      readonly instant: Date;
      readonly because: string;
    }
  | ({ readonly kind: 'held' } & LawEnforcementHold)
  | {
      readonly kind: 'rated';
      readonly harm: PotentialHarm;
      readonly likelihood: Likelihood;
      readonly because: string;
    }
  | { readonly kind: 'closed'; readonly because: string }
  | { readonly kind: 'reopened'; readonly because: string };

/** One line of the append-only timeline. */
export interface IncidentEntry {
  readonly at: Date;
  /** Who wrote it, as `Practitioner/id`; null = the machine. */
  readonly author: string | null;
  readonly entry: MachineEntry | HumanEntry;
}

export type IncidentStatus = 'open' | 'acknowledged' | 'closed';

export interface IncidentSignal {
  readonly id: SignalId;
  readonly cause: CauseCode;
  readonly since: Date;
  readonly endedAt: Date | null;
}

/** What an incident is, as its timeline tells it up to some instant. */
export interface Incident {
  readonly id: IncidentId;
  readonly tenant: TenantId | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly status: IncidentStatus;
  readonly owner: string | null;
  /** Of the graver of its causes. */
  readonly severity: Severity;
  /** What explains the others. */
  readonly cause: CauseCode;
  readonly signals: readonly IncidentSignal[];
  /** Where the failures are; null before anything was told. */
  readonly located: Finding | null;
  readonly answers: Readonly<Partial<Record<FactName, boolean>>>;
  readonly anchors: Readonly<Partial<Record<Anchor, Date>>>;
  readonly holds: readonly LawEnforcementHold[];
  readonly rated: { readonly harm: PotentialHarm; readonly likelihood: Likelihood } | null;
}

/** An incident in the store: its name and its timeline, oldest first, never empty. */
export interface IncidentRecord {
  readonly id: IncidentId;
  readonly tenant: TenantId | null;
  readonly entries: readonly IncidentEntry[];
}
