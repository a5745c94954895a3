import { type Actor, ConsentGates } from '@holdfast/consent';
import { parseSearch, type SearchQuery } from '@holdfast/fhir';
import { systemClock, systemRandom } from '@holdfast/kernel';
import {
  type AccessGate,
  CursorSeal,
  Dictionary,
  type GateSource,
  type SearchPage,
  search,
} from '@holdfast/store';
import { type Bench, numberSetting } from './bench.ts';
import {
  type FilledStore,
  fillStore,
  type Share,
  searcherOf,
  TENANT,
} from './consent-search/filled-store.ts';
import { revocationFigures } from './consent-search/revocation.ts';
import { withRowSecurity } from './consent-search/row-security.ts';
import { cpuOfBackend } from './process-cpu.ts';
import { median } from './quantile.ts';
import { temporaryPostgres } from './temporary-postgres.ts';

/** Observations a patient, as in a clinic that measures. */
const EACH_PATIENT = 50;

/** Lets all rows pass: what the same search costs where nobody is asked. */
const OPEN_GATE: AccessGate = {
  epoch: 2n ** 62n,
  validUntil: Number.POSITIVE_INFINITY,
  decide: () => ({ kind: 'release' }),
  hides: () => [],
  releasable: () => 'true',
};
const OPEN: GateSource = { current: () => OPEN_GATE, refresh: async () => OPEN_GATE };

/** What consent costs a search, beside none at all and beside row-level security. */
export const consentSearchBench: Bench = {
  name: 'consent-search',
  summary: 'pages and totals under consent, against uncontrolled and row-level-security forms',
  settings: { resources: '200000', rounds: '9' },
  run: async (options) => {
    const resources = numberSetting(consentSearchBench, options, 'resources');
    const rounds = numberSetting(consentSearchBench, options, 'rounds');
    const postgres = await temporaryPostgres({
      max_parallel_workers_per_gather: 0,
      jit: 'off',
      shared_buffers: '1GB',
    });
    try {
      const url = await postgres.running.ensureDatabase('bench');
      options.log(`filling a store with ${resources} Observations`);
      const patients = Math.max(400, Math.round(resources / EACH_PATIENT));
      const store = await fillStore(url, { resources, patients });
      try {
        const figures = await measure(store, { patients, rounds, log: options.log });
        return { figures, postgres: postgres.running.version };
      } finally {
        await store.close();
      }
    } finally {
      await postgres.drop();
    }
  },
};

interface Plan {
  readonly patients: number;
  readonly rounds: number;
  readonly log: (line: string) => void;
}

async function measure(store: FilledStore, { patients, rounds, log }: Plan) {
  const { app } = store;
  const dictionary = await Dictionary.load(app, []);
  const seal = new CursorSeal(new Uint8Array(32), systemRandom);
  const gates = new ConsentGates({ database: () => app, clock: systemClock });
  const ask = (query: SearchQuery, source: GateSource): Promise<SearchPage> =>
    search(query, { db: app, tenant: TENANT, dictionary, seal, gates: source });
  const cpuMs = async (work: () => Promise<unknown>): Promise<number> => {
    // A connection that lay idle has made way for another.
    const { rows } = await app.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pid = rows[0]?.pid ?? 0;
    const before = cpuOfBackend(pid);
    await work();
    return cpuOfBackend(pid) - before;
  };
  const consented = (share: Share): GateSource => gates.gateSource(actorOf(share), 'read');
  let disagreements = 0;
  /** Median CPU ms of the back end, uncontrolled and under consent, in turn. */
  const compared = async (name: string, query: SearchQuery, share: Share) => {
    const times: { readonly open: number[]; readonly ours: number[]; readonly rls: number[] } = {
      open: [],
      ours: [],
      rls: [],
    };
    const source = consented(share);
    await warmed(() => ask(query, OPEN));
    await warmed(() => ask(query, source));
    for (let round = 0; round < rounds; round++) {
      times.open.push(await cpuMs(() => ask(query, OPEN)));
      times.ours.push(await cpuMs(() => ask(query, source)));
    }
    const ours = await ask(query, source);
    await withRowSecurity(store, searcherOf(share), async () => {
      const theirs = await ask(query, OPEN);
      if (said(theirs) !== said(ours)) disagreements++;
      await warmed(() => ask(query, OPEN));
      for (let round = 0; round < Math.min(rounds, 5); round++) {
        times.rls.push(await cpuMs(() => ask(query, OPEN)));
      }
    });
    const [open, own, rls] = [median(times.open), median(times.ours), median(times.rls)];
    log(
      `${name}: ${open.toFixed(2)} ms open, ${own.toFixed(2)} under consent, ${rls.toFixed(2)} RLS`,
    );
    return {
      [`${name}.open.cpuMs`]: open,
      [`${name}.cpuMs`]: own,
      [`${name}.ratio`]: own / open,
      [`rls.${name}.ratio`]: rls / open,
    };
  };
  const figures = {
    ...(await compared('page', ONE, 'half')),
    ...(await compared('page50', PAGE, 'half')),
    ...(await compared('page5', PAGE, 'five')),
    ...(await compared('page0_25', PAGE, 'quarter')),
    ...(await compared('total', TOTAL, 'half')),
  };
  const { total: visible } = await ask(TOTAL, consented('half'));
  const revoked = await revocationFigures(store, cpuMs);
  return {
    patients,
    ...figures,
    ...revoked,
    'total.visible': visible?.value ?? Number.NaN,
    disagreements,
  };
}

/** PostgreSQL plans a statement anew five times before it keeps a plan: connections live longer. */
const WARM_UP = 6;

async function warmed(work: () => Promise<unknown>): Promise<void> {
  for (let nth = 0; nth < WARM_UP; nth++) await work();
}

/** Ids in their order, and the total: what both forms must agree on. */
const said = ({ versions, total }: SearchPage): string =>
  JSON.stringify([versions.map(({ id }) => id), total]);

function parsed(text: string): SearchQuery {
  const query = parseSearch('Observation', text);
  if (!query.ok) throw new Error(JSON.stringify(query.error));
  return query.value;
}

const actorOf = (share: Share): Actor => ({
  tenant: TENANT,
  principal: searcherOf(share),
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'bench',
});

// Patient 400 is in the care of all who search.
const ONE = parsed('patient=p400&_sort=-date&_count=50');
const PAGE = parsed('_sort=-date&_count=50');
const TOTAL = parsed('_summary=count');
