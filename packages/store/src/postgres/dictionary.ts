import { type ResourceType, typeCode } from '@holdfast/fhir';
import { invariant } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { IndexDictionary } from '../index-rows.ts';

const key = (type: number, code: string): string => `${type}/${code}`;

/**
 * The database's numbers for search parameters and code systems, kept in memory: both sets are
 * small, shared by all tenants, and only ever grow.
 */
export class Dictionary implements IndexDictionary {
  readonly #db: Queryable;
  readonly #parameters = new Map<string, number>();
  readonly #systems = new Map<string, number>();

  private constructor(db: Queryable) {
    this.#db = db;
  }

  /** Registers the parameters that this version of the server indexes and loads all numbers. */
  static async load(
    db: Queryable,
    parameters: readonly { type: ResourceType; code: string }[],
  ): Promise<Dictionary> {
    const dictionary = new Dictionary(db);
    const { rows } = await db.query<{ id: number; type: number; code: string }>(
      `with wanted as (select * from unnest($1::smallint[], $2::text[]) as w(type, code)),
        added as (insert into search_parameter (type, code)
          select type, code from wanted w
          where not exists (select from search_parameter p where p.type = w.type and p.code = w.code)
          on conflict do nothing returning id, type, code)
       select id, type, code from added union all select id, type, code from search_parameter`,
      [parameters.map((p) => typeCode(p.type)), parameters.map((p) => p.code)],
    );
    for (const row of rows) dictionary.#parameters.set(key(row.type, row.code), row.id);
    // What another process registered at the same moment is in neither half: it came after the
    // statement's snapshot, and stood in the way of the insert.
    if (parameters.some((p) => dictionary.knownParameter(p.type, p.code) === undefined)) {
      const late = await db.query<{ id: number; type: number; code: string }>(
        'select id, type, code from search_parameter',
      );
      for (const row of late.rows) dictionary.#parameters.set(key(row.type, row.code), row.id);
    }
    const systems = await db.query<{ id: number; uri: string }>('select id, uri from token_system');
    for (const row of systems.rows) dictionary.#systems.set(row.uri, row.id);
    return dictionary;
  }

  parameter(type: ResourceType, code: string): number {
    const id = this.#parameters.get(key(typeCode(type), code));
    invariant(id !== undefined, `STO-6 every indexed parameter is registered: ${type}.${code}`);
    return id;
  }

  system(uri: string): number {
    const id = this.#systems.get(uri);
    invariant(
      id !== undefined,
      'STO-6 every indexed system is registered before its rows are numbered',
    );
    return id;
  }

  knownParameter(type: ResourceType, code: string): number | undefined {
    return this.#parameters.get(key(typeCode(type), code));
  }

  /** The number of a system that a search asks for; undefined where no resource uses it. */
  knownSystem(uri: string): number | undefined {
    return this.#systems.get(uri);
  }

  /** Gives every system a number; one statement, only when a system is new to this process. */
  async register(uris: Iterable<string>): Promise<void> {
    const unknown = [...uris].filter((uri) => !this.#systems.has(uri));
    if (unknown.length === 0) return;
    await this.#db.query(
      'insert into token_system (uri) select unnest($1::text[]) on conflict do nothing',
      [unknown],
    );
    await this.#reload(unknown);
  }

  /** Learns systems that another process registered; what stays unknown occurs in no resource. */
  async lookUp(uris: Iterable<string>): Promise<void> {
    const unknown = [...uris].filter((uri) => !this.#systems.has(uri));
    if (unknown.length > 0) await this.#reload(unknown);
  }

  async #reload(uris: readonly string[]): Promise<void> {
    const { rows } = await this.#db.query<{ id: number; uri: string }>(
      'select id, uri from token_system where uri = any($1::text[])',
      [uris],
    );
    for (const row of rows) this.#systems.set(row.uri, row.id);
  }
}
