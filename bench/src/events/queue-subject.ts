/** Told of one event or job as it is handled. */
export type Handled = (key: number) => void;

/** Something that hands work to a consumer of this process, over one PostgreSQL. */
export interface QueueSubject {
  readonly name: string;
  /** Consumes from now on. */
  start(handled: Handled): Promise<void>;
  /** One event in a transaction of its own; resolves once it is committed. */
  append(key: number): Promise<void>;
  /** Keys 0 to `count - 1` at once, while nothing consumes. */
  prefill(count: number): Promise<void>;
  stop(): Promise<void>;
}
