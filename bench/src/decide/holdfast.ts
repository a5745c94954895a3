import {
  type Actor,
  type ActorView,
  actorView,
  ConsentEngine,
  type OrgRule,
  parseConsent,
  type ReleaseTable,
  type Rulebook,
  sensitivityBit,
} from '@holdfast/consent';
import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import type { BenchActor, BenchPatient, Workload } from './workload.ts';

const NOW = Date.UTC(2026, 5, 1);
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

const rule = (of: Omit<OrgRule, 'effect' | 'actions' | 'because'>): OrgRule => ({
  effect: 'permit',
  actions: ['read'],
  because: 'it is a rule of the workload',
  ...of,
});

/** Who may come for what; whether the patient lets them is in the consents. */
const RULEBOOK: Rulebook = {
  law: [],
  domain: { default: 'deny', confidentialityDeny: 'and-above', firm: [] },
  policy: {
    version: 'bench',
    rules: [
      rule({
        id: 'care',
        roles: ['clinician', 'care-coordinator'],
        purposes: ['TREAT'],
        types: ['clinical', 'demographics'],
        patientLayer: 'consents',
      }),
      rule({
        id: 'billing',
        roles: ['billing'],
        purposes: ['HPAYMT'],
        types: ['financial'],
        patientLayer: 'consents',
      }),
      rule({
        id: 'research',
        roles: ['researcher'],
        purposes: ['HRESCH'],
        types: ['clinical'],
        patientLayer: 'explicit-permit',
      }),
      rule({
        id: 'own',
        roles: ['patient'],
        purposes: ['PATRQT'],
        types: ['clinical', 'financial', 'demographics'],
        relationship: ['self'],
        patientLayer: 'none',
      }),
      rule({
        id: 'desk',
        roles: ['front-desk'],
        purposes: ['HOPERAT'],
        types: ['demographics'],
        patientLayer: 'consents',
      }),
    ],
  },
};

const actor = (...references: readonly string[]) => ({
  actor: references.map((reference) => ({ reference: { reference } })),
});
const purpose = (...codes: readonly string[]) => ({
  purpose: codes.map((code) => ({ system: `${TERMINOLOGY}/v3-ActReason`, code })),
});
const label = (...codes: readonly string[]) => ({
  securityLabel: codes.map((code) => ({
    system: `${TERMINOLOGY}/${code.length === 1 ? 'v3-Confidentiality' : 'v3-ActCode'}`,
    code,
  })),
});

/** The forms a patient of this clinic signs, as FHIR Consents. */
function consentsOf({ team, keptOut, grantee, research }: BenchPatient): readonly object[] {
  const provisions = [
    { type: 'permit', ...actor(team), ...purpose('TREAT'), ...label('N', 'PSY', 'HIV') },
    { type: 'permit', ...purpose('HOPERAT', 'HPAYMT'), ...label('N') },
    { type: 'deny', ...label('V') },
    ...(keptOut.length === 0 ? [] : [{ type: 'deny', ...actor(...keptOut) }]),
    ...(grantee === ''
      ? []
      : [
          {
            type: 'permit',
            ...actor(grantee),
            ...purpose('TREAT', 'HPAYMT'),
            ...label('42CFRPart2'),
          },
        ]),
    ...(research ? [{ type: 'permit', ...purpose('HRESCH'), ...label('N') }] : []),
  ];
  return provisions.map((provision) => ({ status: 'active', dateTime: '2026-01-01', provision }));
}

const actorOf = (who: BenchActor): Actor => ({
  tenant: 1 as TenantId,
  principal: who.id,
  closure: [...who.teams, who.organization],
  roles: [who.role],
  purposes: [who.purpose],
  patientId: who.patient as PatientId,
  emergency: false,
  tokenId: 'bench',
});

/**
 * Our engine on the workload: consents interned into classes, contexts compiled, and for every
 * request the decision with the number of its evidence (context and class), from which an
 * explanation is resolved when somebody asks.
 */
export function holdfastEngine({ actors, patients, requests }: Workload) {
  const engine = new ConsentEngine(RULEBOOK);
  const interned = new Map(
    patients.map((patient) => {
      const consents = consentsOf(patient).map((each) => parseConsent(each));
      return [patient.id, engine.intern(consents, NOW)];
    }),
  );
  const subjects = new Map(actors.map((who) => [who.id, actorOf(who)]));
  const asked = requests.map(({ actor: who, resource }) => {
    const subject = subjects.get(who.id) as Actor;
    const { consentClass = 0, residual = [] } = interned.get(resource.patient.id) ?? {};
    const row: RowFacts = {
      type: resource.type,
      id: resource.id,
      patient: BigInt(resource.patient.id.slice(1)) as ResourceKey,
      patientId: resource.patient.id,
      confidentiality: resource.confidentiality,
      sensitivity: resource.sensitivity === '' ? 0n : sensitivityBit(resource.sensitivity),
      content: null,
      consentClass,
      residual,
      ties: [],
      others: [],
    };
    return { table: engine.table(subject, 'read'), view: actorView(subject), row };
  });
  const rows = asked.map(({ row }) => row);
  const views = asked.map(({ view }) => view);
  const tables = asked.map(({ table }) => table);
  const contexts = [...new Set(tables)];
  // Evidence: an integer that names context and class, from which an explanation is resolved later.
  const bases = tables.map((table) => contexts.indexOf(table) * EVIDENCE_CLASSES);
  const evidence = new Float64Array(1);
  return {
    classes: engine.classCount,
    decide: (index: number): boolean => {
      const row = rows[index] as RowFacts;
      evidence[0] = (bases[index] as number) + row.consentClass;
      return (
        (tables[index] as ReleaseTable).decide(row, views[index] as ActorView, NOW) === 'release'
      );
    },
  };
}

/** Class numbers are 32-bit integers. */
const EVIDENCE_CLASSES = 2 ** 32;
