const DAY_MS = 86_400_000;

/** Days and instants counted from the population's own day, never from a clock. */
export class Calendar {
  readonly #dayMs: number;

  /** @param asOf the day up to which everything has happened, `YYYY-MM-DD` */
  constructor(asOf: string) {
    this.#dayMs = Date.parse(`${asOf}T00:00:00Z`);
  }

  /** `YYYY-MM-DD`; days in the past, negative for days to come. */
  day(ago: number): string {
    return new Date(this.#dayMs - ago * DAY_MS).toISOString().slice(0, 10);
  }

  /** RFC 3339 in UTC, to the second. */
  instant(ago: number, minuteOfDay: number): string {
    const ms = this.#dayMs - ago * DAY_MS + minuteOfDay * 60_000;
    return `${new Date(ms).toISOString().slice(0, 19)}Z`;
  }

  get year(): number {
    return new Date(this.#dayMs).getUTCFullYear();
  }
}
