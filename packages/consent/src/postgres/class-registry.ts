import { invariant, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { ConsentClass } from '../compile/canonical-class.ts';
import { decodeClass } from '../compile/decode-class.ts';
import type { ClassLookup } from '../gate/release-table.ts';
import type { LabelSets } from '../labels/label-sets.ts';
import { Labeller } from '../labels/labeller.ts';
import { STARTER_LABEL_SETS } from '../labels/starter-label-sets.ts';
import { CLASS_BATCH, MAX_CLASSES_IN_MEMORY, MAX_WANTED_CLASSES } from '../limits.ts';
import type { PolicyDocument } from '../org/policy-document.ts';

interface ClassRow {
  readonly epoch: string;
  readonly id: number | null;
  readonly canonical: string | null;
  /** Of the access policy in force; null where the starter policy is. */
  readonly policy_version: number | null;
  /** Its text, where it is not the one that was asked about. */
  readonly policy: string | null;
  readonly membership_epoch: string;
  readonly labelling: number;
  /** The label sets in force, where they are not those that were asked about. */
  readonly label_sets: string | null;
}

// One statement, so epoch, policy and classes are of one snapshot.
const LOAD = {
  name: 'consent_classes',
  text: `select coalesce((select t.consent_epoch from tenant_state t where t.tenant = $1), 0) as epoch,
      active.version as policy_version,
      case when active.version is distinct from $5::integer then p.document end as policy,
      coalesce(state.membership_epoch, 0) as membership_epoch,
      coalesce(state.labelling, 0) as labelling,
      case when state.labelling is distinct from $6::integer then l.document end as label_sets,
      found.id, found.canonical
    from (select 1) as one
    left join lateral (
      select a.version from policy_activation a where a.tenant = $1 order by a.id desc limit 1
    ) as active on true
    left join tenant_state state on state.tenant = $1
    left join label_sets l on l.tenant = $1 and l.version = state.labelling
    left join access_policy p on p.tenant = $1 and p.version = active.version
    left join lateral (
      select c.id, c.canonical from consent_class c
      where c.tenant = $1 and (c.id > $2 or c.id = any($3::integer[]))
      order by c.id limit $4) as found on true`,
};

/** The access policy in force. */
export interface ActivePolicy {
  readonly version: number;
  readonly document: PolicyDocument;
}

/** Label sets made ready, under their number. */
export interface Labelling {
  readonly version: number;
  readonly labeller: Labeller;
}

/** One tenant's classes and policy in memory, and the consent epoch up to which they are complete. */
export class ClassRegistry implements ClassLookup {
  readonly #tenant: TenantId;
  readonly #db: Queryable;
  readonly #classes = new Map<number, ConsentClass | 'none'>();
  readonly #wanted = new Set<number>();
  #epoch = -1n;
  #membershipEpoch = 0n;
  #policy: ActivePolicy | undefined;
  #labelling: Labelling = { version: 0, labeller: new Labeller(STARTER_LABEL_SETS) };
  #newest = 0;
  // From then on a class comes only where a decision asked for it; until then its rows are hidden.
  #isOverflown = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(tenant: TenantId, db: Queryable) {
    this.#tenant = tenant;
    this.#db = db;
  }

  /** -1 until the first load, so that the first statement of a tenant asks for one. */
  get epoch(): bigint {
    return this.#epoch;
  }

  /** Closures loaded at an older one are out of date. */
  get membershipEpoch(): bigint {
    return this.#membershipEpoch;
  }

  /** The access policy in force at that epoch; undefined: none was ever activated. */
  get policy(): ActivePolicy | undefined {
    return this.#policy;
  }

  /** The label sets in force at that epoch. */
  get labelling(): Labelling {
    return this.#labelling;
  }

  /** Ids of all classes in memory. */
  ids(): Iterable<number> {
    return this.#classes.keys();
  }

  find(id: number): ConsentClass | 'none' | undefined {
    const found = this.#classes.get(id);
    if (found === undefined && this.#wanted.size < MAX_WANTED_CLASSES) this.#wanted.add(id);
    return found;
  }

  /**
   * Loads what is newer. A load that was already under way may be older than what the caller saw,
   * so whoever comes meanwhile shares the one after it.
   */
  refresh(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#load().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running.catch(ignored).then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  async #load(): Promise<void> {
    const wanted = [...this.#wanted];
    for (;;) {
      const { rows } = await this.#db.query<ClassRow>({
        ...LOAD,
        values: [
          this.#tenant,
          this.#isOverflown ? NO_NEWER : this.#newest,
          wanted,
          CLASS_BATCH,
          this.#policy?.version ?? null,
          this.#labelling.version,
        ],
      });
      const loaded = rows.filter((row) => row.id !== null);
      for (const { id, canonical } of loaded) this.#add(id ?? 0, canonical ?? '');
      if (loaded.length === CLASS_BATCH && !this.#isOverflown) continue;
      const epoch = BigInt(rows[0]?.epoch ?? -1);
      invariant(epoch >= this.#epoch, 'CON-6 the consent epoch never goes back');
      this.#epoch = epoch;
      this.#membershipEpoch = BigInt(rows[0]?.membership_epoch ?? 0);
      this.#adopt(rows[0]);
      break;
    }
    for (const id of wanted) {
      this.#wanted.delete(id);
      if (!this.#classes.has(id)) this.#classes.set(id, 'none');
    }
  }

  #adopt(row: ClassRow | undefined): void {
    if (row === undefined) return;
    // Both were read before they were stored, and nobody can change them.
    if (row.label_sets !== null) {
      const labeller = new Labeller(JSON.parse(row.label_sets) as LabelSets);
      this.#labelling = { version: row.labelling, labeller };
    }
    if (row.policy === null || row.policy_version === null) return;
    const document = JSON.parse(row.policy) as PolicyDocument;
    this.#policy = { version: row.policy_version, document };
  }

  #add(id: number, canonical: string): void {
    const decoded = decodeClass(canonical);
    this.#classes.set(id, decoded.ok ? decoded.value : 'none');
    this.#newest = Math.max(this.#newest, id);
    if (this.#classes.size <= MAX_CLASSES_IN_MEMORY) return;
    this.#isOverflown = true;
    const [oldest = id] = this.#classes.keys();
    this.#classes.delete(oldest);
  }
}

const NO_NEWER = 2 ** 31 - 1;

// The caller of the failed load hears of it.
const ignored = (): void => undefined;
