import {
  type EntityJson,
  preparsePolicySet,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Workload } from './workload.ts';

const CARE =
  '["clinician", "care-coordinator"].contains(principal.role) && context.purpose == "TREAT" && ' +
  'resource.type != "Claim"';
const BILLING =
  'principal.role == "billing" && context.purpose == "HPAYMT" && resource.type == "Claim"';
const PART_2 = 'resource.sensitivity == "42CFRPart2" && resource.grantee == principal.organization';

const rule = (effect: 'permit' | 'forbid', when: string): string =>
  `${effect}(principal, action, resource) when { ${when} };`;

const POLICIES = [
  rule('permit', `${CARE} && principal.teams.contains(resource.team) && resource.rank <= 3`),
  rule(
    'permit',
    `${CARE} && principal.teams.contains(resource.team) && ["PSY", "HIV"].contains(resource.sensitivity)`,
  ),
  rule('permit', `${CARE} && ${PART_2}`),
  rule('permit', `${BILLING} && ${PART_2}`),
  rule(
    'permit',
    'principal.role == "researcher" && context.purpose == "HRESCH" && resource.research && ' +
      '["Observation", "Condition"].contains(resource.type) && resource.rank <= 3',
  ),
  rule(
    'permit',
    'principal.role == "patient" && context.purpose == "PATRQT" && resource.patient == principal.patient',
  ),
  rule(
    'permit',
    'principal.role == "front-desk" && context.purpose == "HOPERAT" && resource.type == "Patient" && ' +
      'resource.rank <= 3',
  ),
  rule('permit', `${BILLING} && resource.rank <= 3`),
  rule('forbid', 'principal.role != "patient" && resource.keptOut.contains(principal.id)'),
  rule('forbid', 'principal.role != "patient" && resource.rank >= 5'),
].join('\n');

/** Cedar compiled to WebAssembly, its policies parsed once; entities cross as JSON with each call. */
export function cedarEngine({ requests }: Workload) {
  const parsed = preparsePolicySet('bench', { staticPolicies: POLICIES });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  const asked = requests.map(({ actor, resource }): StatefulAuthorizationCall => {
    const principal = { type: 'Actor', id: actor.id };
    const target = { type: 'Row', id: resource.id };
    const { id, role, teams, organization, patient } = actor;
    const entities: EntityJson[] = [
      {
        uid: principal,
        attrs: { id, role, teams: [...teams], organization, patient },
        parents: [],
      },
      {
        uid: target,
        attrs: {
          type: resource.type,
          rank: resource.confidentiality,
          sensitivity: resource.sensitivity,
          patient: resource.patient.id,
          team: resource.patient.team,
          keptOut: [...resource.patient.keptOut],
          grantee: resource.patient.grantee,
          research: resource.patient.research,
        },
        parents: [],
      },
    ];
    return {
      principal,
      action: { type: 'Action', id: 'read' },
      resource: target,
      context: { purpose: actor.purpose },
      preparsedPolicySetId: 'bench',
      entities,
    };
  });
  return {
    decide: (index: number): boolean => {
      const answer = statefulIsAuthorized(asked[index] as StatefulAuthorizationCall);
      if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
      return answer.response.decision === 'allow';
    },
  };
}
