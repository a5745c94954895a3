import { createMongoAbility, type MongoAbility, subject } from '@casl/ability';
import { type BenchActor, NORMAL, VERY_RESTRICTED, type Workload } from './workload.ts';

type Rule = Parameters<MongoAbility['update']>[0][number];

const CLINICAL = ['Observation', 'Condition', 'Patient'];
const can = (types: readonly string[], conditions: object): Rule => ({
  action: 'read',
  subject: [...types],
  conditions,
});

/** The rules that concern one actor, as CASL wants them: later ones win, so denials come last. */
function rulesFor({
  id,
  role,
  purpose,
  teams,
  organization,
  patient,
}: BenchActor): readonly Rule[] {
  if (role === 'patient') {
    return purpose === 'PATRQT' ? [can([...CLINICAL, 'Claim'], { patientId: patient })] : [];
  }
  const permits = ((): readonly Rule[] => {
    if ((role === 'clinician' || role === 'care-coordinator') && purpose === 'TREAT') {
      return [
        can(CLINICAL, { team: { $in: teams }, confidentiality: { $lte: NORMAL } }),
        can(CLINICAL, { team: { $in: teams }, sensitivity: { $in: ['PSY', 'HIV'] } }),
        can(CLINICAL, { grantee: organization, sensitivity: '42CFRPart2' }),
      ];
    }
    if (role === 'billing' && purpose === 'HPAYMT') {
      return [
        can(['Claim'], { grantee: organization, sensitivity: '42CFRPart2' }),
        can(['Claim'], { confidentiality: { $lte: NORMAL } }),
      ];
    }
    if (role === 'researcher' && purpose === 'HRESCH') {
      const agreed = { research: true, confidentiality: { $lte: NORMAL } };
      return [can(['Observation', 'Condition'], agreed)];
    }
    if (role === 'front-desk' && purpose === 'HOPERAT') {
      return [can(['Patient'], { confidentiality: { $lte: NORMAL } })];
    }
    return [];
  })();
  const types = [...CLINICAL, 'Claim'];
  return [
    ...permits,
    { ...can(types, { keptOut: id }), inverted: true },
    { ...can(types, { confidentiality: { $gte: VERY_RESTRICTED } }), inverted: true },
  ];
}

/** CASL with the ability of each actor built ahead of time. */
export function caslEngine({ actors, requests }: Workload) {
  const abilities = new Map(
    actors.map((actor) => [actor.id, createMongoAbility([...rulesFor(actor)])]),
  );
  const asked = requests.map(({ actor, resource: { type, patient, ...facts } }) => ({
    ability: abilities.get(actor.id) as MongoAbility,
    resource: subject(type, { ...facts, ...patient, patientId: patient.id }),
  }));
  return {
    decide: (index: number): boolean => {
      const { ability, resource } = asked[index] as (typeof asked)[number];
      return ability.can('read', resource);
    },
  };
}
