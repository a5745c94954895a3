import {
  type Actor,
  actorView,
  ConsentEngine,
  type OrgRule,
  parseConsent,
  type Rulebook,
  STARTER_RULEBOOK,
  sensitivityCodes,
} from '@holdfast/consent';
import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import { type Bench, numberSetting } from './bench.ts';
import { median } from './quantile.ts';
import { seeded } from './seeded.ts';

const NOW = Date.UTC(2026, 5, 1);
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
/** Bytes of `patient_state.consent_class`. */
const CLASS_ID_BYTES = 4;
const ROWS = 1000;
const DECISIONS = 200_000;

/** What happens to decisions, classes and memory when rules, roles and consents multiply. */
export const classesBench: Bench = {
  name: 'classes',
  summary: 'consent classes and bytes a patient as forms multiply; decision time as rules do',
  settings: { patients: '100000', forms: '200' },
  run: (options) => {
    const patients = numberSetting(classesBench, options, 'patients');
    const forms = numberSetting(classesBench, options, 'forms');
    const shared = intern(patients, forms);
    const unique = intern(Math.min(patients, 20_000), Infinity);
    options.log(`${patients} patients, ${forms} forms: ${shared.classes} classes`);
    const times = [1, 10, 100, 1000].map((factor) => {
      const ns = decisionNs(factor);
      options.log(`rules, forms and roles x${factor}: ${ns.toFixed(0)} ns of CPU a decision`);
      return ns;
    });
    const [first = Number.NaN] = times;
    return Promise.resolve({
      figures: {
        'classes.count': shared.classes,
        'classes.forms': forms,
        bytesPerPatient: shared.bytesPerPatient,
        'unique.classes': unique.classes,
        'unique.bytesPerPatient': unique.bytesPerPatient,
        'decision.x1.ns': first,
        'decision.x1000.ns': times.at(-1) ?? Number.NaN,
        'decision.slope': (times.at(-1) ?? Number.NaN) / first,
      },
    });
  },
};

/** A form with its choices: whom it opens to (the patient's own), what it keeps back. */
function form(number: number, team: string): object {
  const kept = sensitivityCodes.filter((_, bit) => (number >> (bit % 20)) % 2 === 1).slice(0, 6);
  return {
    status: 'active',
    dateTime: '2026-01-01',
    provision: {
      type: 'permit',
      actor: [{ reference: { reference: team } }],
      purpose: [{ code: 'TREAT' }, { code: `urn:form:${number}` }],
      provision: kept.map((code) => ({
        type: 'deny',
        securityLabel: [{ system: ACT_CODE, code }],
      })),
    },
  };
}

/** Patients who each signed one of `forms`; infinitely many: everyone a form of their own. */
function intern(patients: number, forms: number) {
  const engine = new ConsentEngine(STARTER_RULEBOOK);
  const random = seeded(11);
  let residualBytes = 0;
  let classBytes = 0;
  for (let nth = 0; nth < patients; nth++) {
    const number = Number.isFinite(forms) ? Math.floor(random() * forms) : nth;
    const consent = form(number, `CareTeam/${nth % 40}`);
    const before = engine.classCount;
    const { residual } = engine.intern([parseConsent(consent)], NOW);
    residualBytes += residual.reduce((sum, slot) => sum + slot.length, 0);
    if (engine.classCount > before) classBytes += JSON.stringify(consent).length;
  }
  return {
    classes: engine.classCount,
    bytesPerPatient: CLASS_ID_BYTES + (residualBytes + classBytes) / patients,
  };
}

/** CPU ns of a decision, warm, where policy and forms have `factor` times as many rules. */
function decisionNs(factor: number): number {
  const rulebook = grownRulebook(factor);
  const engine = new ConsentEngine(rulebook);
  const interned = Array.from({ length: factor }, (_, number) =>
    engine.intern([parseConsent(form(number, 'CareTeam/1'))], NOW),
  );
  const actor: Actor = {
    tenant: 1 as TenantId,
    principal: 'Practitioner/a',
    closure: ['CareTeam/1'],
    roles: ['clinician'],
    purposes: ['TREAT'],
    patientId: 'p' as PatientId,
    emergency: false,
    tokenId: 'bench',
  };
  const rows = Array.from({ length: ROWS }, (_, nth): RowFacts => {
    const { consentClass = 0, residual = [] } = interned[nth % factor] ?? {};
    return {
      type: 'Observation',
      id: `r${nth}`,
      patient: 1n as ResourceKey,
      patientId: 'p',
      confidentiality: 3,
      sensitivity: nth % 3 === 0 ? 64n : 0n,
      content: null,
      consentClass,
      // As from the database: every row brings texts of its own, whoever's they are.
      residual: residual.map((slot) => Buffer.from(slot).toString()),
      ties: [Buffer.from('care-team:Practitioner/a').toString()],
      others: [],
    };
  });
  const table = engine.table(actor, 'read');
  const view = actorView(actor);
  const round = (): number => {
    const started = process.cpuUsage();
    for (let nth = 0; nth < DECISIONS; nth++) {
      table.decide(rows[nth % ROWS] as RowFacts, view, NOW);
    }
    const { user, system } = process.cpuUsage(started);
    return ((user + system) * 1000) / DECISIONS;
  };
  round();
  return median(Array.from({ length: 7 }, round));
}

/** The starter policy with each rule repeated under new names and for further purposes. */
function grownRulebook(factor: number): Rulebook {
  const { policy } = STARTER_RULEBOOK;
  const rules = Array.from({ length: factor }, (_, nth) =>
    policy.rules.map(
      (rule): OrgRule => ({
        ...rule,
        id: `${rule.id}-${nth}`,
        purposes: nth === 0 ? rule.purposes : [...rule.purposes, `urn:purpose:${nth}`],
      }),
    ),
  ).flat();
  return { ...STARTER_RULEBOOK, policy: { version: `x${factor}`, rules } };
}
