import { randomUUID } from 'node:crypto';
import type { Role } from '@holdfast/consent';
import type { Clock, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { signinFault } from '../errors.ts';
import { BLOCK_SECONDS, BLOCK_SECONDS_MAX, FREE_FAILURES } from '../limits.ts';
import { hashPassword, isPassword, passwordProblem } from '../password.ts';
import { hashed } from './sealed.ts';

/** Somebody who may sign in here. */
export interface User {
  /** `sub` of their tokens. */
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  /** FHIR reference, relative. */
  readonly fhirUser: string;
  readonly roles: readonly Role[];
  /** Purposes of use they are bound to; empty: those of their roles. */
  readonly purposes: readonly string[];
  readonly memberships: readonly string[];
  /** Of a patient or a proxy: the records they may act on. */
  readonly patients: readonly string[];
  readonly disabled: boolean;
}

/** Ids of made-up people, whose passwords everybody knows. */
const DEMO_IDS = 'demo-%';

export type NewUser = Omit<User, 'id' | 'disabled'> & {
  readonly password: string;
  /** `demo-…` for somebody made up; undefined: a new one. */
  readonly id?: string;
};

interface UserRow extends Omit<User, 'displayName' | 'fhirUser' | 'disabled'> {
  display_name: string;
  fhir_user: string;
  password_hash: string;
  disabled_at: Date | null;
}

export const USER_COLUMNS =
  'id, name, display_name, fhir_user, roles, purposes, memberships, patients, disabled_at';

const userOf = (row: Omit<UserRow, 'password_hash'>): User => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name,
  fhirUser: row.fhir_user,
  roles: row.roles,
  purposes: row.purposes,
  memberships: row.memberships,
  patients: row.patients,
  disabled: row.disabled_at !== null,
});

/** What a try to sign in came to. */
export type SignInTry =
  | { readonly kind: 'in'; readonly user: User }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'blocked'; readonly seconds: number };

export interface UsersParts {
  readonly db: Queryable;
  readonly tenant: TenantId;
  readonly clock: Clock;
}

const nameOf = (typed: string): string => typed.trim().normalize('NFKC').toLowerCase();

/** The users of the built-in sign-in. */
export class Users {
  readonly #parts: UsersParts;
  /** Takes as long as any other: a name that nobody has must not be told by the clock. */
  #nobody: Promise<string> | undefined;

  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  /** @throws Fault SIGNIN_USER_EXISTS, SIGNIN_PASSWORD_WEAK */
  async add(user: NewUser): Promise<User> {
    const problem = passwordProblem(user.password);
    if (problem !== undefined) throw signinFault('SIGNIN_PASSWORD_WEAK', { diagnostics: problem });
    const { rows } = await this.#parts.db.query<UserRow>(
      `insert into sign_in_user (tenant, id, name, display_name, password_hash, fhir_user, roles,
         purposes, memberships, patients) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (tenant, name) do nothing returning ${USER_COLUMNS}`,
      [
        this.#parts.tenant,
        user.id ?? randomUUID(),
        nameOf(user.name),
        user.displayName,
        await hashPassword(user.password),
        user.fhirUser,
        user.roles,
        user.purposes,
        user.memberships,
        user.patients,
      ],
    );
    if (rows[0] === undefined) throw signinFault('SIGNIN_USER_EXISTS');
    return userOf(rows[0]);
  }

  async list(): Promise<readonly User[]> {
    const { rows } = await this.#parts.db.query<UserRow>(
      `select ${USER_COLUMNS} from sign_in_user where tenant = $1 order by name limit 10000`,
      [this.#parts.tenant],
    );
    return rows.map(userOf);
  }

  /** @returns undefined where there is none, or they may not sign in any more */
  async find(id: string): Promise<User | undefined> {
    const { rows } = await this.#parts.db.query<UserRow>({
      name: 'sign_in_user',
      text: `select ${USER_COLUMNS} from sign_in_user
        where tenant = $1 and id = $2 and disabled_at is null`,
      values: [this.#parts.tenant, id],
    });
    return rows[0] && userOf(rows[0]);
  }

  /** Their tokens stop working at once. @returns the user; undefined where there is none */
  async disable(name: string): Promise<User | undefined> {
    const { rows } = await this.#parts.db.query<UserRow>(
      `update sign_in_user set disabled_at = coalesce(disabled_at, $3)
        where tenant = $1 and name = $2 returning ${USER_COLUMNS}`,
      [this.#parts.tenant, nameOf(name), this.#parts.clock.now()],
    );
    return rows[0] && userOf(rows[0]);
  }

  /** Lets a user in again who was shut out; the demonstration's people stay out. */
  async enable(name: string): Promise<User | undefined> {
    const { rows } = await this.#parts.db.query<UserRow>(
      `update sign_in_user set disabled_at = null
        where tenant = $1 and name = $2 and id not like $3 returning ${USER_COLUMNS}`,
      [this.#parts.tenant, nameOf(name), DEMO_IDS],
    );
    return rows[0] && userOf(rows[0]);
  }

  /** Shuts the people of the demonstration out, for good. */
  async disableDemo(): Promise<void> {
    await this.#parts.db.query(
      `update sign_in_user set disabled_at = coalesce(disabled_at, $2) where tenant = $1 and id like $3`,
      [this.#parts.tenant, this.#parts.clock.now(), DEMO_IDS],
    );
  }

  /**
   * Checks a name and a password. A name that is tried too often waits, longer each time, whether
   * somebody has it or not, and with the right password too.
   */
  async signIn(typed: string, password: string): Promise<SignInTry> {
    const { db, tenant, clock } = this.#parts;
    const name = nameOf(typed);
    const wait = await this.#claimTry(name);
    if (wait > 0) return { kind: 'blocked', seconds: wait };
    const { rows } = await db.query<UserRow>({
      name: 'sign_in_by_name',
      text: `select ${USER_COLUMNS}, password_hash from sign_in_user where tenant = $1 and name = $2`,
      values: [tenant, name],
    });
    const [row] = rows;
    this.#nobody ??= hashPassword(`${clock.monotonicMs()} nobody has this`);
    const isRight = await isPassword(password, row?.password_hash ?? (await this.#nobody));
    if (row === undefined || !isRight || row.disabled_at !== null) return { kind: 'wrong' };
    await db.query('delete from sign_in_attempt where tenant = $1 and name = $2', [
      tenant,
      hashed(name),
    ]);
    return { kind: 'in', user: userOf(row) };
  }

  /**
   * Counts a try before it is looked at, so that many at the same moment gain nothing; a success
   * forgets the count. @returns seconds to wait; 0: go on
   */
  async #claimTry(name: string): Promise<number> {
    const { db, tenant, clock } = this.#parts;
    const now = clock.now();
    const { rows } = await db.query<{ claimed: boolean; blocked_until: Date }>({
      name: 'sign_in_try',
      text: `insert into sign_in_attempt as a (tenant, name, failures, blocked_until) values ($1, $2, 1, $3)
        on conflict (tenant, name) do update set failures = a.failures + 1,
          blocked_until = case when a.failures < ${FREE_FAILURES} then $3
            else $3 + make_interval(secs => least(${BLOCK_SECONDS_MAX},
              ${BLOCK_SECONDS} * 2 ^ least(a.failures - ${FREE_FAILURES}, 20))) end
          where a.blocked_until <= $3
        returning true as claimed, blocked_until`,
      values: [tenant, hashed(name), now],
    });
    if (rows[0] !== undefined) return 0;
    const blocked = await db.query<{ blocked_until: Date }>(
      'select blocked_until from sign_in_attempt where tenant = $1 and name = $2',
      [tenant, hashed(name)],
    );
    const until = blocked.rows[0]?.blocked_until.getTime() ?? 0;
    return Math.max(1, Math.ceil((until - now.getTime()) / 1_000));
  }
}
