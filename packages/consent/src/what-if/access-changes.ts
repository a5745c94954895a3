import { isResourceType, type ResourceType, resourceTypes } from '@holdfast/fhir';
import type { PatientId, TenantId } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import { type Action, type Actor, ROLES, type Role } from '../actor.ts';
import type { ConsentClass } from '../compile/canonical-class.ts';
import { compileClass } from '../compile/compile-class.ts';
import { type Context, contextOf } from '../compile/context.ts';
import { type Condition, FALSE, substitute } from '../condition/condition.ts';
import { atInstant, holds } from '../condition/holds.ts';
import { CONFIDENTIALITY } from '../labels/confidentiality.ts';
import { sensitivityBit } from '../labels/sensitivity-dictionary.ts';
import { MAX_RESIDUAL_SLOTS } from '../limits.ts';
import type { Rulebook } from '../rulebook.ts';

/** Everybody of a role who comes for a purpose, to do one thing. */
export interface AskedContext {
  readonly role: Role;
  readonly purpose: string;
  readonly action: Action;
}

/**
 * `anyone`: whom no consent names and who is nothing to the patient; `related`: who has the
 * relationship that a rule asks for; `named`: whom the patient's consents name, and related;
 * `own`: the patient.
 */
export type Standing = 'anyone' | 'related' | 'named' | 'own';

/** A state of affairs for the patients of a consent class. */
export interface Side {
  readonly rulebook: Rulebook;
  readonly consentClass: ConsentClass;
}

/** What people of one context and standing can do afterwards and could not before, or the reverse. */
export interface AccessChange extends AskedContext {
  readonly standing: Standing;
  readonly change: 'gains' | 'loses';
  readonly types: readonly ResourceType[];
  /** `ordinary`, a confidentiality, or a sensitivity code with R. */
  readonly label: string;
}

const LABELS: readonly (readonly [string, number, bigint])[] = [
  ['ordinary', CONFIDENTIALITY.N, 0n],
  ['R', CONFIDENTIALITY.R, 0n],
  ['V', CONFIDENTIALITY.V, 0n],
  ...['SUD', 'PSY', 'HIV', 'SEX', 'SDV', '42CFRPart2', 'PSYTHPN'].map(
    (code) => [code, CONFIDENTIALITY.R, sensitivityBit(code)] as const,
  ),
];

const STANDINGS: readonly Standing[] = ['anyone', 'related', 'named', 'own'];

/** Every context that one of the rulebooks speaks of. */
export function contextsOf(...rulebooks: readonly Rulebook[]): readonly AskedContext[] {
  const found = new Map<string, AskedContext>();
  for (const { policy } of rulebooks) {
    for (const { roles, purposes, actions } of policy.rules) {
      for (const role of ROLES.filter((each) => roles.includes(each))) {
        for (const purpose of purposes) {
          for (const action of actions) {
            found.set(`${role} ${purpose} ${action}`, { role, purpose, action });
          }
        }
      }
    }
  }
  return [...found.values()];
}

/**
 * What changes for the patients of one class in one context. Pure; its cost is that of two compiled
 * classes, and of nothing more where they come down to the same. A provision that asks what is in a
 * resource is taken as one that cannot be answered: no permit by it, every deny.
 */
export function accessChanges(
  asked: AskedContext,
  { before, after, nowMs }: { readonly before: Side; readonly after: Side; readonly nowMs: number },
): readonly AccessChange[] {
  const context = contextOf(actorIn(asked), asked.action);
  const [was, is] = [before, after].map((side) => conditionOf(side, context, nowMs));
  if (was === undefined || is === undefined || was.key === is.key) return [];
  const groups = typeGroups(was, is);
  const changes: AccessChange[] = [];
  for (const standing of STANDINGS) {
    for (const [label, confidentiality, sensitivity] of LABELS) {
      const changed = { gains: [] as ResourceType[], loses: [] as ResourceType[] };
      for (const types of groups) {
        const row = rowOf(types[0] ?? 'Basic', { confidentiality, sensitivity });
        const [could, can] = [was, is].map((condition) => meets(condition, row, standing));
        if (could !== can) changed[can === true ? 'gains' : 'loses'].push(...types);
      }
      for (const change of ['gains', 'loses'] as const) {
        const types = changed[change].sort();
        if (types.length > 0) changes.push({ ...asked, standing, change, types, label });
      }
    }
  }
  return changes;
}

const actorIn = ({ role, purpose }: AskedContext): Actor => ({
  tenant: 0 as TenantId,
  principal: '',
  closure: [],
  roles: [role],
  purposes: [purpose],
  emergency: false,
  tokenId: '',
});

function conditionOf({ consentClass, rulebook }: Side, context: Context, nowMs: number): Condition {
  const compiled = compileClass(consentClass, context, rulebook);
  return compiled.ok ? atInstant(compiled.value.primary, nowMs).condition : FALSE;
}

/** Types that no condition tells apart. */
function typeGroups(...conditions: readonly Condition[]): readonly (readonly ResourceType[])[] {
  const sets: (readonly string[])[] = [];
  for (const condition of conditions) {
    substitute(condition, (atom) => {
      if (atom.op === 'type') sets.push(atom.types);
      if (atom.op === 'instance-in' && isResourceType(atom.type)) sets.push([atom.type]);
      return atom;
    });
  }
  const groups = new Map<string, ResourceType[]>();
  for (const type of resourceTypes) {
    const key = sets.map((set) => (set.includes(type) ? '1' : '0')).join('');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [type]);
    else group.push(type);
  }
  return [...groups.values()];
}

const OWN = 'own' as PatientId;
const NAMED = 'named';
const RESIDUAL: readonly string[] = Array.from({ length: MAX_RESIDUAL_SLOTS }, () => NAMED);
const TIES: readonly string[] = ['tie'];
const NONE: ReadonlySet<string> = new Set();
const TIED: ReadonlySet<string> = new Set(TIES);

interface Held {
  readonly closure: ReadonlySet<string>;
  readonly ties: ReadonlySet<string>;
}

const HELD: Readonly<Record<Standing, Held>> = {
  anyone: { closure: NONE, ties: NONE },
  related: { closure: NONE, ties: TIED },
  named: { closure: new Set([NAMED]), ties: TIED },
  own: { closure: NONE, ties: NONE },
};

const rowOf = (
  type: ResourceType,
  labels: Pick<RowFacts, 'confidentiality' | 'sensitivity'>,
): RowFacts => ({
  type,
  id: '',
  patient: null,
  patientId: OWN,
  content: null,
  consentClass: 0,
  residual: RESIDUAL,
  ties: TIES,
  others: [],
  ...labels,
});

const meets = (condition: Condition, row: RowFacts, standing: Standing): boolean =>
  holds(condition, {
    row,
    residual: RESIDUAL,
    closure: HELD[standing].closure,
    ties: TIES,
    // Emergency access is no relationship: nobody is taken to hold it.
    tiesAs: (kinds) => (kinds.every((kind) => kind === 'break-glass') ? NONE : HELD[standing].ties),
    ownPatientId: standing === 'own' ? OWN : undefined,
    nowMs: Number.NaN,
  });
