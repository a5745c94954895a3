import type { ResourceKey, TenantId } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import { ACTIONS, type Actor } from '../actor.ts';
import { labelsOf } from '../labels/labels-of.ts';
import { ConsentEngine } from '../memory/consent-engine.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { TYPE_GROUPS, type TypeGroup } from '../org/type-groups.ts';
import { interpret } from '../reference/interpreter.ts';
import type { Rulebook } from '../rulebook.ts';

export interface VectorCase {
  readonly consents: readonly unknown[];
  readonly at: string;
  readonly actor: string;
  readonly closure?: readonly string[];
  readonly purpose: string;
  readonly resource: {
    readonly resourceType: string;
    readonly id: string;
    readonly meta?: unknown;
  };
}

/** The vectors speak about consents only: the organisation permits everything, the default denies. */
const rulebookFor = (purpose: string): Rulebook => ({
  law: [],
  domain: { default: 'deny', confidentialityDeny: 'and-above', firm: [] },
  policy: {
    version: 'vectors',
    rules: [
      {
        id: 'everything',
        effect: 'permit',
        roles: ['clinician'],
        actions: ACTIONS,
        purposes: [purpose],
        types: Object.keys(TYPE_GROUPS) as TypeGroup[],
        patientLayer: 'consents',
        because: 'the vectors test consents alone',
      },
    ],
  },
});

/** What the engine answers; the interpreter must say the same. */
export function answer(vector: VectorCase): 'permit' | 'deny' {
  const nowMs = Date.parse(vector.at);
  const rulebook = rulebookFor(vector.purpose);
  const actor: Actor = {
    tenant: 1 as TenantId,
    principal: vector.actor,
    closure: [vector.actor, ...(vector.closure ?? [])],
    roles: ['clinician'],
    purposes: [vector.purpose],
    emergency: false,
    tokenId: 'vector',
  };
  const consents = vector.consents.map((each) => parseConsent(each));
  const engine = new ConsentEngine(rulebook);
  const row: RowFacts = {
    type: vector.resource.resourceType,
    id: vector.resource.id,
    patient: 1n as ResourceKey,
    patientId: 'p',
    content: JSON.stringify(vector.resource),
    ...labelsOf(vector.resource),
    ties: [],
    others: [],
    ...engine.intern(consents, nowMs),
  };
  const released = engine.decide(actor, 'read', { row, nowMs });
  const subject = { row, consents, othersConsents: [] };
  const reason = interpret({ actor, action: 'read', nowMs, rulebook }, subject);
  if ((reason.outcome === 'permit') !== released) throw new Error('engine and interpreter differ');
  return released ? 'permit' : 'deny';
}
