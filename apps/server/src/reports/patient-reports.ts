import {
  type Accounting,
  account,
  type LogRecord,
  LogRecords,
  type Period,
  sixYearsBefore,
  withNames,
} from '@holdfast/compliance';
import type { Clock, TenantId } from '@holdfast/kernel';
import { AuditBodies, type KeyRing, type LogKeys } from '@holdfast/ledger';
import type { Pool } from 'pg';
import { namesOf } from './directory.ts';

export interface PatientReportsParts {
  readonly tenant: TenantId;
  readonly keys: LogKeys;
  readonly ring: KeyRing;
  readonly pool: Pool;
  readonly clock: Clock;
}

export interface ReportAsked {
  readonly patient: string;
  /** RFC 3339; absent: six years before the end. */
  readonly from?: string | undefined;
  /** RFC 3339; absent: now. */
  readonly until?: string | undefined;
}

/** What the audit log says about one patient, as reports. */
export class PatientReports {
  readonly #parts: PatientReportsParts;
  readonly #records: LogRecords;

  constructor(parts: PatientReportsParts) {
    const { tenant, ring } = parts;
    this.#parts = parts;
    this.#records = new LogRecords({ tenant, bodies: new AuditBodies({ tenant, ring }) });
  }

  periodOf({ from, until }: Pick<ReportAsked, 'from' | 'until'>): Period {
    const end = until === undefined ? this.#now() : Date.parse(until);
    return { from: from === undefined ? sixYearsBefore(end) : Date.parse(from), until: end };
  }

  /** O(records about the patient since the beginning of the period). */
  async accounting(asked: ReportAsked): Promise<Accounting & Period> {
    const { pool } = this.#parts;
    const period = this.periodOf(asked);
    // Disclosures are reported after they were made.
    const read = { from: period.from, until: this.#now() };
    const records = await this.#records.about(pool, this.tagOf(asked.patient), read);
    const accounting = account(records, { ...period, patientId: asked.patient });
    const recipients = accounting.series.map(({ recipient }) => recipient.name);
    const { tenant } = this.#parts;
    return { ...withNames(accounting, await namesOf(pool, { tenant, recipients })), ...period };
  }

  /** All records about the patient there are. */
  about(patient: string): Promise<LogRecord[]> {
    const ever = { from: 0, until: this.#now() };
    return this.#records.about(this.#parts.pool, this.tagOf(patient), ever);
  }

  tagOf(value: string): Buffer {
    const { keys, tenant } = this.#parts;
    return keys.tagKey.tag({ kind: 'patient', tenant, value });
  }

  #now(): number {
    return this.#parts.clock.now().getTime() + 1;
  }
}
