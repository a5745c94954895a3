import type { Queryable } from '@holdfast/postgres';

/** What a request is carried out by, as it came back from the database: JSON. */
export interface AsyncAsked {
  readonly kind: string;
  readonly actor: unknown;
  /** Its member `body` is dropped when the request is done: nobody needs it any more. */
  readonly asked: unknown;
}

/** The answer that its sender gets at the status address. */
export interface AsyncAnswer {
  readonly status: number;
  readonly text: string;
  /** Whether its parts are needed after it is done, e.g. as files of an export. */
  readonly keepParts?: boolean;
}

/** One request while it is carried out, maybe not for the first time. */
export interface AsyncWork extends AsyncAsked {
  readonly id: string;
  /** What `settle` was told last, by whoever began it; null at the first time. */
  readonly progress: unknown;
  /** Aborted when this process is to let go of it: it goes on from what is settled. */
  readonly signal: AbortSignal;
  /** What is settled, by number. */
  settled(): Promise<ReadonlyMap<number, string>>;
  /**
   * Notes parts and how far it is, in the transaction of `db`: with the effect or not at all.
   * @throws AsyncCancelled where its sender has withdrawn it, or another process goes on with it
   */
  settle(db: Queryable, step: AsyncStep): Promise<void>;
}

export interface AsyncStep {
  readonly parts?: ReadonlyMap<number, string>;
  readonly progress?: unknown;
  /** For who waits, e.g. `3 of 146 types`; at most 100 characters are shown. */
  readonly said?: string;
}

export type AsyncHandler = (work: AsyncWork) => Promise<AsyncAnswer>;

/** Its sender has withdrawn the request, or another process has it: what is not committed is to be undone. */
export class AsyncCancelled extends Error {
  override readonly name = 'AsyncCancelled';

  constructor() {
    super('withdrawn');
  }
}
