import pg from 'pg';
import type { Affected, Drill, DrillWorld } from './drill.ts';
import { until } from './until.ts';

const SCORED_WITHIN_MS = 20_000;
const ITEMS = [
  '44250-9',
  '44255-8',
  '44259-0',
  '44254-1',
  '44251-7',
  '44258-2',
  '44252-5',
  '44253-3',
];
const NOT_AT_ALL = 'LA6568-5';
const SEVERAL_DAYS = 'LA6569-3';

const item = (linkId: string, code: string) => ({
  linkId: `/${linkId}`,
  answer: [{ valueCoding: { system: 'http://loinc.org', code } }],
});

/** A PHQ-9 whose last item is answered with "several days": its score is tier 0. */
const phq9 = (patient: string) => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  questionnaire: 'http://loinc.org/q/44249-1',
  subject: { reference: `Patient/${patient}` },
  authored: new Date().toISOString(),
  item: [...ITEMS.map((link) => item(link, NOT_AT_ALL)), item('44260-8', SEVERAL_DAYS)],
});

async function send({ call }: DrillWorld, patient: string): Promise<void> {
  const init = { method: 'POST', body: JSON.stringify(phq9(patient)) };
  const { status } = await call('importer', '/fhir/R4/QuestionnaireResponse', init);
  if (status !== 201) throw new Error(`a questionnaire was answered with ${status}`);
}

interface Score {
  readonly patient: string;
  readonly degraded: boolean;
}

/** As stored: what the incident says is held against this, not against what it heard. */
async function scores({ server }: DrillWorld): Promise<readonly Score[]> {
  const owner = new pg.Client({ connectionString: server.ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query<Score>(
      `select r.record::json ->> 'patientId' as patient, (r.record::json ->> 'degraded')::boolean as degraded
       from holdfast.inference_record r`,
    );
    return rows;
  } finally {
    await owner.end();
  }
}

const scored = (world: DrillWorld, patients: readonly string[]): Promise<readonly Score[]> =>
  until(() => scores(world), {
    isSo: (all) => patients.every((one) => all.some(({ patient }) => patient === one)),
    withinMs: SCORED_WITHIN_MS,
  });

const running = ({ server }: DrillWorld): number[] =>
  server.inferenceChildren().flatMap((pid) => pid ?? []);

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // It ended by itself meanwhile, which is what this is about.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const isBusy = async ({ call }: DrillWorld): Promise<boolean> => {
  const { body } = await call('operator', '/operations/overview');
  const { inference } = body as { inference: { tiers: readonly { running: number }[] } };
  return inference.tiers.some((tier) => tier.running > 0);
};

/** Model processes hang and are then killed with work in their hands. */
export const deadInference: Drill = {
  name: 'dead-inference',
  summary: 'the model processes are killed while they score',
  cause: 'inference-backend-exited',
  async calm(world, ward) {
    const [, ...others] = ward;
    await until(() => Promise.resolve(running(world)), {
      isSo: (pids) => pids.length > 0,
      withinMs: SCORED_WITHIN_MS,
    });
    const calm = others.slice(-3);
    for (const patient of calm) await send(world, patient);
    await scored(world, calm);
    for (const patient of ward) await world.call('clinician', `/fhir/R4/Patient/${patient}`);
  },
  async inject(world, ward): Promise<Affected> {
    const pids = running(world);
    signal(pids, 'SIGSTOP');
    const patients = ward.slice(0, 2);
    for (const patient of patients) await send(world, patient);
    await until(() => isBusy(world), { isSo: Boolean, withinMs: SCORED_WITHIN_MS });
    signal(pids, 'SIGKILL');
    const all = await scored(world, patients);
    return new Set(all.filter(({ degraded }) => degraded).map(({ patient }) => patient));
  },
};
