import { err, ok, type Result } from '@holdfast/kernel';
import { and, type Condition, FALSE, not, or, TRUE } from '../condition/condition.ts';
import { MAX_CONDITION_SIZE } from '../limits.ts';
import type { Rulebook } from '../rulebook.ts';
import type { ConsentClass } from './canonical-class.ts';
import { compileLaw } from './compile-law.ts';
import { compileOrg, type OrgConditions, OWN_RECORD } from './compile-org.ts';
import { compilePatient, type PatientConditions } from './compile-patient.ts';
import { compileScopes } from './compile-scopes.ts';
import type { Context } from './context.ts';
import { place } from './slots.ts';

/** A class's release conditions in one context; they still ask about time, residual and actor. */
export interface ReleaseConditions {
  /** For the patient in whose compartment the row lies; ORG included. */
  readonly primary: Condition;
  /** For another patient the row names (A15); ORG included, by the same row. */
  readonly other: Condition;
}

/** Why a class has no formula: it is opaque, and its rows stay hidden. */
export type Opaque = 'condition-too-large';

/** Compiles layers 0 to 3 of `decide` for a class; equals the reference interpreter (CON-1). */
export function compileClass(
  consentClass: ConsentClass,
  context: Context,
  rulebook: Rulebook,
): Result<ReleaseConditions, Opaque> {
  const consents = place(consentClass);
  const compiled: { primary: Condition; other: Condition }[] = [];
  for (const purpose of context.purposes) {
    const aspect = { action: context.action, purpose, domain: rulebook.domain };
    const patient = compilePatient(consents, aspect, context.emergency);
    if (!patient.ok) return patient;
    const law = compileLaw(rulebook.law, context, purpose);
    const org = compileOrg(rulebook.policy, context, { purpose, hasPatient: 'yes' });
    const beside = compileOrg(rulebook.policy, context, { purpose, hasPatient: 'unknown' });
    const bound = (condition: Condition): Condition =>
      and(not(law.deny), or(law.permit, condition));
    compiled.push({
      primary: bound(or(org.alone, org.own, askedOfPatients(org, patient.value))),
      other: bound(
        or(
          beside.alone,
          and(beside.own, patient.value.release),
          askedOfPatients(beside, patient.value),
        ),
      ),
    });
  }
  // Scopes are about the row, so they are asked once, with the patient whose record it is in.
  const primary = and(
    compileScopes(context, OWN_RECORD),
    everyPurpose(compiled.map((each) => each.primary)),
  );
  const other = everyPurpose(compiled.map((each) => each.other));
  if (primary.size + other.size > MAX_CONDITION_SIZE) return err('condition-too-large');
  return ok({ primary, other });
}

function askedOfPatients(
  org: Pick<OrgConditions, 'consents' | 'ordinary' | 'explicit'>,
  patient: PatientConditions,
): Condition {
  return or(
    and(org.consents, or(patient.release, patient.glass)),
    and(org.ordinary, patient.ordinary),
    and(org.explicit, patient.explicit),
  );
}

/** Rows that name no patient follow ORG alone; a rule that needs a consent never opens them. */
export function compileNoPatient(context: Context, rulebook: Rulebook): Condition {
  const asked = everyPurpose(
    context.purposes.map((purpose) => {
      const law = compileLaw(rulebook.law, context, purpose);
      const org = compileOrg(rulebook.policy, context, { purpose, hasPatient: 'no' });
      const asked = or(org.alone, org.own, org.consents, org.ordinary);
      return and(not(law.deny), or(law.permit, asked));
    }),
  );
  return and(compileScopes(context, TRUE), asked);
}

// A16. No purpose at all is a missing fact: nothing permits.
const everyPurpose = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? FALSE : and(...conditions);
