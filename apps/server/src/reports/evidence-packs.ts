import {
  answerOf,
  type EmergencyClaim,
  type EvidencePack,
  type LogRecord,
  makePack,
  type PackClaims,
  type PackKind,
  type PackQuestion,
} from '@holdfast/compliance';
import { BreakGlass, type GlassAccess } from '@holdfast/consent';
import type { Clock, TenantId } from '@holdfast/kernel';
import { type PatientAccessesParts, provenAccesses } from '../patient-accesses.ts';
import { namesOf } from './directory.ts';
import type { PatientReports, ReportAsked } from './patient-reports.ts';

export interface EvidencePacksParts extends PatientAccessesParts {
  readonly tenant: TenantId;
  readonly reports: PatientReports;
  readonly clock: Clock;
}

/** Answers with all that is needed to check them elsewhere. */
export class EvidencePacks {
  readonly #parts: EvidencePacksParts;

  constructor(parts: EvidencePacksParts) {
    this.#parts = parts;
  }

  /**
   * O(records about the patient x log of the log's size).
   * @throws Fault COMPLIANCE_TOO_MANY_RECORDS, and as `makePack`
   */
  async make(kind: PackKind, asked: ReportAsked, askedBy: string): Promise<EvidencePack> {
    const { tenant, reports, requests, keys, clock } = this.#parts;
    const { patient } = asked;
    const period = reports.periodOf(asked);
    const question = {
      ...{ patient, askedBy, askedAt: clock.now().toISOString() },
      from: new Date(period.from).toISOString(),
      until: new Date(period.until).toISOString(),
    };
    const proven = await provenAccesses(this.#parts, { tenant, patientId: patient });
    return makePack(requests, {
      ...{ tenant, kind, question, proven, key: keys.verifierKeyOf(tenant) },
      records: await reports.about(patient),
      claimsOf: (records) => this.#claims(kind, records, question),
    });
  }

  async #claims(
    kind: PackKind,
    records: readonly LogRecord[],
    question: PackQuestion,
  ): Promise<PackClaims> {
    const { tenant, requests } = this.#parts;
    const none = { names: [], emergencies: [] };
    if (kind === 'accounting') {
      const plain = answerOf(kind, records, { question, claims: none });
      const recipients = 'series' in plain ? plain.series.map((each) => each.recipient.name) : [];
      const known = await namesOf(requests, { tenant, recipients });
      return { ...none, names: [...known].map(([reference, of]) => ({ reference, ...of })) };
    }
    if (kind === 'break-glass') {
      const glass = new BreakGlass(tenant, requests);
      const accesses = await glass.list({ patientId: question.patient });
      return { ...none, emergencies: accesses.flatMap(claimOf).toReversed() };
    }
    return none;
  }
}

function claimOf(access: GlassAccess): EmergencyClaim[] {
  const { id, actor, reason, openedAt, until, endedAt, verdict, note, reviewedBy } = access;
  if (openedAt === undefined || until === undefined) return [];
  return [
    {
      ...{ id, actor, reason, openedAt, closedAt: endedAt ?? until },
      ...(verdict !== undefined && { verdict }),
      ...(note !== undefined && { note }),
      ...(reviewedBy !== undefined && { reviewedBy }),
    },
  ];
}
