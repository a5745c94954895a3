import { type Enforcer, newEnforcer, newModel, StringAdapter } from 'casbin';
import type { Workload } from './workload.ts';

const MODEL = `
[request_definition]
r = sub, obj

[policy_definition]
p = rule, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = eval(p.rule)
`;

const CARE =
  '(r.sub.role == "clinician" || r.sub.role == "care-coordinator") && r.sub.purpose == "TREAT" && ' +
  'r.obj.type != "Claim"';
const BILLING = 'r.sub.role == "billing" && r.sub.purpose == "HPAYMT" && r.obj.type == "Claim"';
const PART_2 = 'r.obj.sensitivity == "42CFRPart2" && r.obj.grantee == r.sub.organization';

const RULES: readonly (readonly [string, 'allow' | 'deny'])[] = [
  [`${CARE} && has(r.sub.teams, r.obj.team) && r.obj.confidentiality <= 3`, 'allow'],
  [
    `${CARE} && has(r.sub.teams, r.obj.team) && (r.obj.sensitivity == "PSY" || r.obj.sensitivity == "HIV")`,
    'allow',
  ],
  [`${CARE} && ${PART_2}`, 'allow'],
  [`${BILLING} && ${PART_2}`, 'allow'],
  [
    'r.sub.role == "researcher" && r.sub.purpose == "HRESCH" && r.obj.research && ' +
      '(r.obj.type == "Observation" || r.obj.type == "Condition") && r.obj.confidentiality <= 3',
    'allow',
  ],
  [
    'r.sub.role == "patient" && r.sub.purpose == "PATRQT" && r.obj.patientId == r.sub.patient',
    'allow',
  ],
  [
    'r.sub.role == "front-desk" && r.sub.purpose == "HOPERAT" && r.obj.type == "Patient" && ' +
      'r.obj.confidentiality <= 3',
    'allow',
  ],
  [`${BILLING} && r.obj.confidentiality <= 3`, 'allow'],
  ['r.sub.role != "patient" && has(r.obj.keptOut, r.sub.id)', 'deny'],
  ['r.sub.role != "patient" && r.obj.confidentiality >= 5', 'deny'],
];

/** casbin with the ten rules as policies that its matcher evaluates. */
export async function casbinEngine({ requests }: Workload) {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const policy = RULES.map(([rule, effect]) => `p, ${quoted(rule)}, ${effect}`).join('\n');
  const enforcer: Enforcer = await newEnforcer(newModel(MODEL), new StringAdapter(policy));
  await enforcer.addFunction('has', (list: unknown, value: unknown) =>
    Array.isArray(list) ? list.includes(value) : false,
  );
  const asked = requests.map(({ actor, resource: { patient, ...facts } }) => ({
    actor,
    resource: { ...facts, ...patient, patientId: patient.id },
  }));
  return {
    decide: (index: number): boolean => {
      const { actor, resource } = asked[index] as (typeof asked)[number];
      return enforcer.enforceSync(actor, resource);
    },
  };
}
