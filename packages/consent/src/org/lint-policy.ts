import { purposeWithin } from '../purposes/purpose-of-use.ts';
import type { OrgRule } from './access-policy.ts';
import type { PolicyDocument, PolicyFinding } from './policy-document.ts';
import { PATIENT_GROUPS, typesOf } from './type-groups.ts';

/** What the author of a valid policy may not have meant. It can be stored all the same. */
export function lintPolicy({ domain, rules }: PolicyDocument): readonly PolicyFinding[] {
  const at = (rule: OrgRule): string => `rules[${rules.indexOf(rule)}]`;
  const permits = rules.filter(({ effect }) => effect === 'permit');
  const denies = rules.filter(({ effect }) => effect === 'deny');
  return [
    ...permits.flatMap((permit) => {
      const deny = denies.find((each) => covers(each, permit));
      return deny === undefined
        ? []
        : [warning(at(permit), `Never takes effect: the deny "${deny.id}" covers all of it.`)];
    }),
    ...permits.flatMap((permit, index) => {
      const wider = permits.find(
        (each, other) =>
          each !== permit &&
          covers(each, permit) &&
          opensAsMuch(each, permit) &&
          // Of two that say the same, the later one is the idle one.
          (!covers(permit, each) || !opensAsMuch(permit, each) || other < index),
      );
      return wider === undefined
        ? []
        : [warning(at(permit), `Adds nothing: the permit "${wider.id}" opens as much.`)];
    }),
    ...permits.filter(overridesConsents).map((permit) => {
      const text = 'Opens patient data whatever the patient decided: is there a law behind it?';
      return warning(`${at(permit)}.patientLayer`, text);
    }),
    ...permits.flatMap((permit) =>
      (permit.redact ?? [])
        .filter(
          (name) => !permit.types.flatMap(typesOf).some((type) => name.startsWith(`${type}.`)),
        )
        .map((name) =>
          warning(`${at(permit)}.redact`, `Hides nothing: the rule opens no type of "${name}".`),
        ),
    ),
    ...(domain.default === 'all-normal'
      ? [warning('domain.default', 'Opens ordinary data for any purpose, research included.')]
      : []),
    ...denies
      .filter(({ patientLayer }) => patientLayer !== 'none')
      .map((deny) => warning(`${at(deny)}.patientLayer`, 'A deny asks no patient: state "none".')),
  ];
}

/** Does `wide` speak about everything that `narrow` speaks about? */
function covers(wide: OrgRule, narrow: OrgRule): boolean {
  const all = <T>(list: readonly T[], of: readonly T[]): boolean =>
    list.every((each) => of.includes(each));
  return (
    all(narrow.roles, wide.roles) &&
    all(narrow.actions, wide.actions) &&
    narrow.purposes.every((each) => wide.purposes.some((wider) => purposeWithin(each, wider))) &&
    all(narrow.types.flatMap(typesOf), wide.types.flatMap(typesOf)) &&
    (wide.relationship === undefined ||
      (narrow.relationship !== undefined && all(narrow.relationship, wide.relationship)))
  );
}

const OPENNESS = { 'explicit-permit': 0, consents: 1, ordinary: 2, none: 3 } as const;

const opensAsMuch = (wide: OrgRule, narrow: OrgRule): boolean =>
  OPENNESS[wide.patientLayer] >= OPENNESS[narrow.patientLayer] &&
  (wide.redact ?? []).every((each) => narrow.redact?.includes(each) ?? false);

function overridesConsents({ patientLayer, relationship, types, actions }: OrgRule): boolean {
  const aboutPatients = types.some((name) =>
    PATIENT_GROUPS.filter((group) => group !== 'consent').some((group) =>
      typesOf(group).some((type) => typesOf(name).includes(type)),
    ),
  );
  return (
    patientLayer === 'none' &&
    !(relationship?.every((each) => each === 'self') ?? false) &&
    aboutPatients &&
    actions.some((action) => action !== 'write')
  );
}

const warning = (path: string, text: string): PolicyFinding => ({
  severity: 'warning',
  path,
  text,
});
