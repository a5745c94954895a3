import { err, ok, type Result, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { consentFault } from '../errors.ts';
import { MAX_POLICY_CHARACTERS } from '../limits.ts';
import { lintPolicy } from '../org/lint-policy.ts';
import { type PolicyDocument, type PolicyFinding, policyName } from '../org/policy-document.ts';
import { readPolicy } from '../org/read-policy.ts';
import { STARTER_RULEBOOK } from '../rulebook.ts';

export interface StoredPolicy {
  readonly version: number;
  readonly title: string;
  /** RFC 3339. */
  readonly storedAt: string;
  readonly storedBy: string;
  /** When it was last put in force; undefined if never. */
  readonly activatedAt: string | undefined;
  readonly isActive: boolean;
}

export interface PolicyStored {
  readonly version: number;
  /** What its author may not have meant. */
  readonly warnings: readonly PolicyFinding[];
}

const LIST = {
  name: 'consent_policies',
  text: `select p.version, p.document::json ->> 'title' as title, p.stored, p.stored_by,
      max(a.activated) as activated,
      coalesce(p.version = (select n.version from policy_activation n where n.tenant = $1
        order by n.id desc limit 1), false) as active
    from access_policy p left join policy_activation a on a.tenant = $1 and a.version = p.version
    where p.tenant = $1 group by p.tenant, p.version order by p.version desc`,
};

const ACTIVATIONS = {
  name: 'consent_activations',
  text: `select a.version, a.activated, a.former from (
      select id, version, activated, lag(version) over (order by id) as former
      from policy_activation where tenant = $1) a
    order by a.id desc limit $2`,
};

/** One time that a policy was put in force. */
export interface PolicyActivation {
  readonly version: number;
  /** What was in force until then; undefined for the first. */
  readonly former: number | undefined;
  /** RFC 3339. */
  readonly activatedAt: string;
}

const IN_FORCE = {
  name: 'consent_policy_in_force',
  text: `select a.version, a.activated, p.document from policy_activation a
    join access_policy p on p.tenant = a.tenant and p.version = a.version
    where a.tenant = $1 order by a.id desc limit 1`,
};

export interface PolicyInForce {
  /** 0: the starter policy. */
  readonly version: number;
  /** As decisions quote it. */
  readonly name: string;
  /** RFC 3339; undefined for the starter policy. */
  readonly activatedAt: string | undefined;
  readonly policy: PolicyDocument;
}

const STARTER: PolicyInForce = {
  version: 0,
  name: STARTER_RULEBOOK.policy.version,
  activatedAt: undefined,
  policy: {
    title: 'The starter policy: who gives care sees the record, as far as consents let them',
    domain: STARTER_RULEBOOK.domain,
    rules: STARTER_RULEBOOK.policy.rules,
  },
};

interface Row {
  readonly version: number;
  readonly title: string;
  readonly stored: Date;
  readonly stored_by: string;
  readonly activated: Date | null;
  readonly active: boolean;
}

/** An organisation's access policies: stored whole, activated and rolled back by their number. */
export class PolicyStore {
  readonly #tenant: TenantId;
  readonly #db: Queryable;

  constructor(tenant: TenantId, db: Queryable) {
    this.#tenant = tenant;
    this.#db = db;
  }

  /** Newest first. */
  async list(): Promise<readonly StoredPolicy[]> {
    const { rows } = await this.#db.query<Row>({ ...LIST, values: [this.#tenant] });
    return rows.map((row) => ({
      version: row.version,
      title: row.title,
      storedAt: row.stored.toISOString(),
      storedBy: row.stored_by,
      activatedAt: row.activated?.toISOString(),
      isActive: row.active,
    }));
  }

  /** Which policy was in force from when; newest first, as many as asked for. */
  async activations(most: number): Promise<readonly PolicyActivation[]> {
    const values = [this.#tenant, most];
    const { rows } = await this.#db.query<{
      version: number;
      activated: Date;
      former: number | null;
    }>({ ...ACTIVATIONS, values });
    return rows.map(({ version, activated, former }) => ({
      version,
      former: former ?? undefined,
      activatedAt: activated.toISOString(),
    }));
  }

  /** What decides now; the starter policy where none was ever put in force. */
  async inForce(): Promise<PolicyInForce> {
    const { rows } = await this.#db.query<{ version: number; activated: Date; document: string }>({
      ...IN_FORCE,
      values: [this.#tenant],
    });
    const [row] = rows;
    if (row === undefined) return STARTER;
    return {
      version: row.version,
      name: policyName(row.version),
      activatedAt: row.activated.toISOString(),
      // It was read before it was stored, and nobody can change it.
      policy: JSON.parse(row.document) as PolicyDocument,
    };
  }

  /** Undefined where there is no such version. */
  async find(version: number): Promise<PolicyDocument | undefined> {
    const { rows } = await this.#db.query<{ document: string }>({
      name: 'consent_policy',
      text: 'select document from access_policy where tenant = $1 and version = $2',
      values: [this.#tenant, version],
    });
    const [row] = rows;
    // It was read before it was stored, and nobody can change it.
    return row && (JSON.parse(row.document) as PolicyDocument);
  }

  /** Checks and stores a document; it takes no effect before it is activated. */
  async store(
    document: unknown,
    by: string,
  ): Promise<Result<PolicyStored, readonly PolicyFinding[]>> {
    const read = readPolicy(document);
    if (!read.ok) return read;
    const text = JSON.stringify(read.value);
    if (text.length > MAX_POLICY_CHARACTERS) {
      return err([
        { severity: 'error', path: '', text: `Longer than ${MAX_POLICY_CHARACTERS} characters.` },
      ]);
    }
    const { rows } = await this.#db.query<{ version: number }>({
      name: 'consent_store_policy',
      text: 'select store_policy($1::smallint, $2, $3) as version',
      values: [this.#tenant, text, by],
    });
    return ok({ version: rows[0]?.version ?? 0, warnings: lintPolicy(read.value) });
  }

  /**
   * Puts a stored version in force, an older one to roll back. It holds from the next statement of
   * every process.
   * @param reason in words, for the record
   * @throws Fault CONSENT_POLICY_UNKNOWN
   */
  async activate(version: number, by: string, reason: string): Promise<void> {
    if ((await this.find(version)) === undefined) throw consentFault('CONSENT_POLICY_UNKNOWN');
    await this.#db.query({
      name: 'consent_activate_policy',
      text: 'select activate_policy($1::smallint, $2, $3, $4)',
      values: [this.#tenant, version, by, reason],
    });
  }
}
