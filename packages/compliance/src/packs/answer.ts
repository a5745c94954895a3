import { account, withNames } from '../accounting/account.ts';
import { whatOf } from '../accounting/classify.ts';
import { bodyOf, type LogRecord } from '../log-record.ts';
import type { EmergencyClaim, PackClaims, PackKind, PackQuestion } from './pack.ts';

/** One access to the record, in words. */
export interface SeenBy {
  readonly record: string;
  readonly at: string;
  readonly who: string;
  readonly roles: readonly string[];
  readonly interaction: string;
  readonly what: string;
  readonly purposes: readonly string[];
  readonly refused: boolean;
}

/** One emergency access with the steps that the log proves. */
export interface Emergency extends EmergencyClaim {
  readonly steps: readonly {
    readonly record: string;
    readonly at: string;
    readonly step: string;
    readonly by: string;
  }[];
  /** Records of what its holder did about the patient while it was open. */
  readonly during: readonly string[];
}

export interface Accesses {
  readonly accesses: readonly SeenBy[];
  /** Distinct actors. */
  readonly actors: number;
}

export interface Emergencies {
  readonly emergencies: readonly Emergency[];
  readonly unreviewed: number;
}

const STEPS = /^break-glass-(ask|confirm|end|review)$/;

/**
 * What a pack answers, from the entries about the patient and from what is claimed beside them. Whoever
 * verifies a pack computes it again. Pure.
 */
export function answerOf(
  kind: PackKind,
  records: readonly LogRecord[],
  { question, claims }: { readonly question: PackQuestion; readonly claims: PackClaims },
) {
  const from = Date.parse(question.from);
  const until = Date.parse(question.until);
  switch (kind) {
    case 'accounting': {
      const names = new Map(claims.names.map(({ reference, ...named }) => [reference, named]));
      const period = { from, until, patientId: question.patient };
      return withNames(account(records, period), names);
    }
    case 'accesses':
      return accessesIn(records.filter((each) => isWithin(each, { from, until })));
    case 'break-glass':
      return emergenciesIn(records, {
        claims: claims.emergencies.filter(({ openedAt }) => {
          const at = Date.parse(openedAt);
          return at >= from && at < until;
        }),
      });
  }
}

const isWithin = (
  { recorded }: LogRecord,
  { from, until }: { readonly from: number; readonly until: number },
): boolean => recorded.getTime() >= from && recorded.getTime() < until;

function accessesIn(records: readonly LogRecord[]): Accesses {
  const accesses = records.map((record) => ({
    ...{ record: record.auditId, at: record.leaf.ts, who: record.actor },
    roles: bodyOf(record)?.roles ?? [],
    ...{ interaction: record.leaf.type, what: whatOf(record), purposes: record.leaf.purpose },
    refused: record.leaf.outcome !== 0,
  }));
  return { accesses, actors: new Set(accesses.map(({ who }) => who)).size };
}

function emergenciesIn(
  records: readonly LogRecord[],
  { claims }: { readonly claims: readonly EmergencyClaim[] },
): Emergencies {
  const emergencies = claims.map((claim) => {
    const opened = Date.parse(claim.openedAt);
    const closed = Date.parse(claim.closedAt);
    return {
      ...claim,
      steps: records.flatMap((record) => {
        const [, step] = STEPS.exec(record.leaf.type) ?? [];
        if (step === undefined || bodyOf(record)?.target !== `break-glass/${claim.id}`) return [];
        return [{ record: record.auditId, at: record.leaf.ts, step, by: record.actor }];
      }),
      during: records
        .filter((record) => record.actor === claim.actor && !STEPS.test(record.leaf.type))
        .filter((record) => isWithin(record, { from: opened, until: closed }))
        .map(({ auditId }) => auditId),
    };
  });
  return {
    emergencies,
    unreviewed: emergencies.filter(({ verdict }) => verdict === undefined).length,
  };
}

/** Ids of the records that an answer speaks of one by one: those a reader wants receipts of. */
export function recordsTold(answer: unknown): ReadonlySet<string> {
  const ids = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && UUID.test(value)) ids.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
  };
  walk(answer);
  return ids;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
