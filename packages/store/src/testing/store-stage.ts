import { eventsMigrations } from '@holdfast/events';
import { indexedParametersOf, parseSearch, type ResourceType, resourceTypes } from '@holdfast/fhir';
import { type RequestId, systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import {
  AuditProducer,
  BodyKeys,
  createLogKeys,
  KeyRing,
  ledgerMigrations,
  prepareAudit,
} from '@holdfast/ledger';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import {
  type AccessGate,
  type Change,
  CursorSeal,
  Dictionary,
  FhirRepository,
  type GateSource,
  type HistoryPage,
  type HistoryQuery,
  type Identified,
  type RepositoryOptions,
  readHistory,
  storeMigrations,
  type WriteContext,
  type WriteIntent,
  type WriteOutcome,
} from '../index.ts';

export const tenant = 1 as TenantId;
export const seal = new CursorSeal(new Uint8Array(32).fill(1), systemRandom);

/** A gate that hides everything of the named patients. */
export function gateOf(hidden: ReadonlySet<string>): GateSource {
  const gate: AccessGate = {
    epoch: 1_000n,
    validUntil: Number.POSITIVE_INFINITY,
    decide: (row) => ({
      // As consents do: they are known of a patient who is there, not of an id alone.
      kind: [row, ...row.others].some(
        ({ patient: key, patientId }) => key !== 0n && hidden.has(patientId ?? ''),
      )
        ? 'hide'
        : 'release',
    }),
    hides: () => [],
    releasable: (alias, bind) =>
      `not exists (select from patient_state s where s.tenant = ${alias}.tenant
        and (s.patient = ${alias}.patient or s.patient = any(${alias}.other_patients))
        and s.patient_id = any(${bind([...hidden])}::text[]))`,
  };
  return { current: () => gate, refresh: async () => gate };
}
export const open = gateOf(new Set());

export interface StoreStage {
  readonly database: TestDatabase;
  readonly dictionary: Dictionary;
  readonly repository: FhirRepository;
  /** Another process's view of the same database. */
  another(options?: Partial<RepositoryOptions>): FhirRepository;
  context(gates?: GateSource): WriteContext;
  write(intents: readonly WriteIntent[], gates?: GateSource): Promise<readonly WriteOutcome[]>;
  history(query: Partial<HistoryQuery>, gates?: GateSource): Promise<HistoryPage>;
}

export async function storeStage(): Promise<StoreStage> {
  const database = await testDatabase({
    migrations: [ledgerMigrations, eventsMigrations, storeMigrations],
  });
  const parameters = resourceTypes.flatMap((type) =>
    indexedParametersOf(type).map((code) => ({ type, code })),
  );
  const dictionary = await Dictionary.load(database.appPool, parameters);
  const another = (options: Partial<RepositoryOptions> = {}) =>
    new FhirRepository({
      tenant,
      pool: database.appPool,
      dictionary,
      seal,
      clock: systemClock,
      random: systemRandom,
      labelsOf: () => ({
        confidentiality: 2,
        sensitivity: 0n,
        labelling: 0,
        labelsEncounter: false,
      }),
      projections: [],
      ...options,
    });
  const repository = another();
  const audit = auditOf();
  const context = (gates: GateSource = open): WriteContext => ({
    gates,
    actor: 'Practitioner/test',
    requestId: 'r-1',
    audit,
  });
  return {
    database,
    dictionary,
    repository,
    another,
    context,
    write: (intents, gates) => repository.write(intents, context(gates)),
    history: (query, gates = open) =>
      readHistory({ count: 100, ...query }, { db: database.appPool, tenant, seal, gates }),
  };
}

function auditOf(): WriteContext['audit'] {
  const keys = createLogKeys(systemRandom);
  const ring = new KeyRing(new Map([[1, systemRandom.bytes(32)]]));
  const bodyKeys = new BodyKeys({ tenant, ring, random: systemRandom });
  const producer = new AuditProducer({ process: 'test', epoch: 1 });
  const tools = { tenant, tagKey: keys.tagKey, producer, clock: systemClock, random: systemRandom };
  const record = (change: Change) =>
    prepareAudit(
      {
        requestId: 'r-1' as RequestId,
        actor: 'Practitioner/test',
        roles: [],
        purposes: ['TREAT'],
        action: 'C',
        interaction: change.interaction,
        outcome: 0,
        target: `${change.type}/${change.id}`,
        patientId: change.owner,
        decision: null,
      },
      tools,
    );
  return {
    prepare: (changes) => bodyKeys.seal(changes.map(record)),
    committed: (audit) => bodyKeys.committed(audit),
    release: ({ rows }) => producer.release(rows),
    refused: (refusal) => bodyKeys.refused(refusal),
  };
}

/** The search behind a condition. */
export function criteria(type: ResourceType, text: string) {
  const parsed = parseSearch(type, text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

export const patient = (id: string, family: string, mrn = `mrn-${id}`): Identified => ({
  resourceType: 'Patient',
  id,
  name: [{ family, given: ['Ada'] }],
  birthDate: '1980-02-03',
  identifier: [{ system: 'urn:mrn', value: mrn }],
});

export const observation = (
  id: string,
  subject: string,
  effective: string,
  code = '8867-4',
): Identified => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/observation-category',
          code: 'vital-signs',
        },
      ],
    },
  ],
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: `Patient/${subject}` },
  effectiveDateTime: effective,
  valueQuantity: { value: 72, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
});
