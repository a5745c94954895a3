/** Numbers by dotted name, e.g. `create.walBytes`; names that issues and documents use stay stable. */
export type Figures = Readonly<Record<string, number>>;

export interface BenchOptions {
  /** Progress for a person; goes to standard error. */
  readonly log: (line: string) => void;
  /** Further `--name value` arguments of the command line, e.g. `resources`. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface Outcome {
  readonly figures: Figures;
  /** `server_version` of the PostgreSQL it ran against; undefined where none took part. */
  readonly postgres?: string | undefined;
}

export interface Bench {
  readonly name: string;
  /** One line: what it measures. */
  readonly summary: string;
  /** What `--name value` it takes, with its default. */
  readonly settings: Readonly<Record<string, string>>;
  run(options: BenchOptions): Promise<Outcome>;
}

/**
 * A setting as a number.
 * @throws RangeError where it is none
 */
export function numberSetting(bench: Bench, options: BenchOptions, name: string): number {
  const given = options.settings.get(name) ?? bench.settings[name];
  const value = Number(given);
  if (given === undefined || !Number.isFinite(value)) {
    throw new RangeError(`--${name} must be a number, not ${given}`);
  }
  return value;
}
