import { type EvidencePack, makePack, verifyPack } from '@holdfast/compliance';
import { nodeCryptography, proveCompleteness, proveEntry } from '@holdfast/ledger';
import pg from 'pg';
import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { COUNTS_BUFFERS, countBuffers } from './fhir/buffers.ts';
import { ANSWER, type GrownLog, grownLog, TENANT } from './ledger/grown-log.ts';
import { quantile } from './quantile.ts';
import { temporaryPostgres } from './temporary-postgres.ts';

const PAGE_BYTES = 8_192;
const PROOFS_A_ROUND = 5;

/** Whether what is asked of the log costs more as the log grows, the answer being the same. */
export const ledgerBench: Bench = {
  name: 'ledger',
  summary: `an evidence pack of ${ANSWER} records, and one proof, as the log grows`,
  settings: { sizes: '10000,100000,1000000', rounds: '60' },
  run: async (options) => {
    const server = await temporaryPostgres(COUNTS_BUFFERS);
    const logs: SizedLog[] = [];
    try {
      for (const size of sizesOf(options)) {
        options.log(`making a log of ${size} records`);
        const url = await server.running.ensureDatabase(`log_${size}`);
        logs.push({ url, size, log: await grownLog(url, size) });
      }
      const measured = await measure(logs, options);
      const each = measured.map((at, nth) => prefixed(`records${logs[nth]?.size}.`, at));
      const figures = Object.assign({}, ...each, slopes(measured)) as Outcome['figures'];
      return { figures, postgres: server.running.version };
    } finally {
      for (const { log } of logs) await log.close();
      await server.drop();
    }
  },
};

interface SizedLog {
  readonly url: string;
  readonly size: number;
  readonly log: GrownLog;
}

type Measured = Readonly<
  Record<
    | 'appends.perSecond'
    | `${'pack' | 'prove'}.p50Ms`
    | 'pack.p95Ms'
    | 'pack.bytesRead'
    | 'pack.verifyMs'
    | 'prove.p99Ms',
    number
  >
>;

function sizesOf({ settings }: BenchOptions): number[] {
  const sizes = (settings.get('sizes') ?? ledgerBench.settings['sizes'] ?? '')
    .split(',')
    .map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size >= ANSWER)) return sizes;
  throw new RangeError(`--sizes must be whole numbers of at least ${ANSWER}`);
}

/** Rounds go through the sizes in turn: what else the machine does slows all of them alike. */
async function measure(logs: readonly SizedLog[], options: BenchOptions): Promise<Measured[]> {
  const rounds = numberSetting(ledgerBench, options, 'rounds');
  const taken = logs.map(() => ({
    pack: [] as number[],
    verify: [] as number[],
    prove: [] as number[],
  }));
  const read: number[] = [];
  const packs: EvidencePack[] = [];
  for (const { url, log } of logs) {
    // Once before: plans and the planner's own reads are made.
    packs.push(await packOf(log));
    read.push(await bytesRead(url, log));
  }
  options.log(`${rounds} rounds`);
  for (let round = 0; round < rounds; round++) {
    for (const [nth, { log }] of logs.entries()) {
      const pack = packs[nth];
      const times = taken[nth];
      if (pack === undefined || times === undefined) continue;
      times.pack.push(await timed(() => packOf(log)));
      times.verify.push(await timed(() => verifyOnce(log, pack)));
      for (let n = 0; n < PROOFS_A_ROUND; n++) {
        times.prove.push(await timed(() => proofOf(log, pack, round * PROOFS_A_ROUND + n)));
      }
    }
  }
  return logs.map(({ log }, nth) => ({
    'appends.perSecond': log.appendsPerSecond,
    'pack.p50Ms': quantile(taken[nth]?.pack ?? [], 0.5),
    'pack.p95Ms': quantile(taken[nth]?.pack ?? [], 0.95),
    'pack.bytesRead': read[nth] ?? 0,
    'pack.verifyMs': quantile(taken[nth]?.verify ?? [], 0.5),
    'prove.p50Ms': quantile(taken[nth]?.prove ?? [], 0.5),
    'prove.p99Ms': quantile(taken[nth]?.prove ?? [], 0.99),
  }));
}

async function packOf({ app, keys, records, tag }: GrownLog): Promise<EvidencePack> {
  const until = new Date(Date.now() + 1);
  const pack = await makePack(app, {
    ...{ tenant: TENANT, kind: 'accounting', key: keys.verifierKeyOf(TENANT) },
    question: {
      ...{ patient: 'asked', askedBy: 'Practitioner/officer', askedAt: until.toISOString() },
      ...{ from: new Date(0).toISOString(), until: until.toISOString() },
    },
    proven: await proveCompleteness(app, { tenant: TENANT, tag }),
    records: await records.about(app, tag, { from: 0, until: until.getTime() }),
    claimsOf: async () => ({ names: [], emergencies: [] }),
  });
  if (pack.entries.length !== ANSWER) throw new Error(`${pack.entries.length} entries`);
  return pack;
}

async function bytesRead(url: string, log: GrownLog): Promise<number> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const buffers = await countBuffers(admin);
  try {
    await packOf(log);
    const before = await buffers.touched();
    await packOf(log);
    return ((await buffers.touched()) - before) * PAGE_BYTES;
  } finally {
    await buffers.close();
    await admin.end();
  }
}

async function proofOf({ app }: GrownLog, { entries }: EvidencePack, nth: number): Promise<void> {
  const { leaf } = entries[nth % entries.length] ?? { leaf: '{}' };
  const { id: auditId } = JSON.parse(leaf) as { readonly id: string };
  await proveEntry(app, { tenant: TENANT, auditId });
}

async function verifyOnce({ keys }: GrownLog, pack: EvidencePack): Promise<void> {
  const { sha256 } = nodeCryptography;
  const verdict = await verifyPack(pack, { verifier: keys.verifierOf(TENANT), sha256 });
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.findings));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

const prefixed = (prefix: string, figures: Measured): Outcome['figures'] =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name}`, value]));

/** Of the largest log over the smallest. */
function slopes(measured: readonly Measured[]): Outcome['figures'] {
  const [first] = measured;
  const last = measured.at(-1);
  if (first === undefined || last === undefined) return {};
  return {
    ...last,
    'pack.slope': last['pack.p95Ms'] / first['pack.p95Ms'],
    'pack.medianSlope': last['pack.p50Ms'] / first['pack.p50Ms'],
    'pack.bytesReadSlope': last['pack.bytesRead'] / first['pack.bytesRead'],
    'prove.slope': last['prove.p99Ms'] / first['prove.p99Ms'],
  };
}
