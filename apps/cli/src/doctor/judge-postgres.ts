import { type Finding, findingsOf } from './finding.ts';

/** Settings and catalogues of the server, as it answered. */
export interface PostgresFacts {
  /** As `server_version_num`, e.g. 180004. */
  readonly version: number;
  readonly settings: Readonly<Record<string, string>>;
  /** The role may open replication connections. */
  readonly mayReplicate: boolean;
  readonly slots: readonly {
    readonly name: string;
    readonly active: boolean;
    /** `reserved`, `extended`, `unreserved` or `lost`. */
    readonly walStatus: string | null;
    readonly keptBytes: number;
  }[];
  readonly preparedTransactions: number;
}

const { well, should, must } = findingsOf('postgresql');
const MANY_BYTES = 1e9;
/** Supported majors. */
const [OLDEST, NEWEST] = [15, 18];
/** Sessions that one process opens at most. */
const CONNECTIONS = 60;

/** Holds a server against what the log, its consumers and durability ask for. */
export function judgePostgres(facts: PostgresFacts): Finding[] {
  return [
    versionOf(facts),
    ...durabilityOf(facts),
    ...replicationOf(facts),
    ...slotsOf(facts),
    ...sessionsOf(facts),
  ];
}

function versionOf({ version }: PostgresFacts): Finding {
  const major = Math.floor(version / 10_000);
  return major >= OLDEST && major <= NEWEST
    ? well(`PostgreSQL ${major}.${version % 10_000}`)
    : must(`PostgreSQL ${major}`, `Use a version from ${OLDEST} to ${NEWEST}`);
}

function durabilityOf({ settings }: PostgresFacts): Finding[] {
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter(
    (name) => settings[name] === 'off',
  );
  if (off.length === 0) return [well('an acknowledged write is on disk')];
  return off.map((name) =>
    must(`${name} is off: a crash loses writes that were acknowledged`, `Set ${name} = on`),
  );
}

function replicationOf({ settings, mayReplicate }: PostgresFacts): Finding[] {
  const level = settings['wal_level'];
  if (level !== 'logical') {
    return [
      should(
        `wal_level is ${level}: consumers are woken by NOTIFY, which a crash can lose`,
        'Set wal_level = logical and restart PostgreSQL',
      ),
    ];
  }
  if (!mayReplicate) {
    return [
      should('the role may not replicate', 'As an administrator: alter role NAME replication'),
    ];
  }
  const none = ['max_replication_slots', 'max_wal_senders'].filter(
    (name) => Number(settings[name]) < 1,
  );
  if (none.length > 0) {
    return none.map((name) => should(`${name} is 0`, `Set ${name} to at least 2`));
  }
  const unbounded = Number(settings['max_slot_wal_keep_size']) < 0;
  return [
    well('consumers are woken by logical replication'),
    ...(unbounded
      ? [
          should(
            'max_slot_wal_keep_size is unlimited: a slot that nobody reads fills the disk',
            "Set max_slot_wal_keep_size, e.g. to '10GB'",
          ),
        ]
      : []),
  ];
}

function slotsOf({ slots }: PostgresFacts): Finding[] {
  return slots.flatMap(({ name, active, walStatus, keptBytes }) => {
    const drop = `select pg_drop_replication_slot('${name}') once nobody needs it`;
    if (walStatus === 'lost') return [must(`slot ${name} lost its WAL`, drop)];
    if (!active)
      return [should(`slot ${name} is read by nobody and keeps ${keptBytes} bytes`, drop)];
    return keptBytes > MANY_BYTES
      ? [should(`slot ${name} keeps ${keptBytes} bytes`, 'See why its reader does not keep up')]
      : [];
  });
}

function sessionsOf({ settings, preparedTransactions }: PostgresFacts): Finding[] {
  const found: Finding[] = [];
  if (Number(settings['max_connections']) < CONNECTIONS) {
    found.push(
      must(
        `max_connections is ${settings['max_connections']}`,
        `Allow at least ${CONNECTIONS} for each server process`,
      ),
    );
  }
  if (preparedTransactions > 0) {
    found.push(
      must(
        `${preparedTransactions} prepared transactions hold every consumer back`,
        'Commit or roll back what pg_prepared_xacts lists',
      ),
    );
  }
  return found;
}
