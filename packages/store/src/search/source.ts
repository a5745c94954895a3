import type { Criterion } from '@holdfast/fhir';

/** One way to the rows of a page, each time ending in alias `r` of `resource`. */
export interface Source {
  /** Rows `each` that the rest is repeated for, e.g. one of several codes: each stops early. */
  readonly each?: string;
  /** FROM list. */
  readonly from: string;
  readonly where: readonly string[];
  /** Columns equal to `r.at` and `r.key`: those of the index that leads. */
  readonly at: string;
  readonly key: string;
  /** Met by every row of the source, so that it needs no condition. */
  readonly implied?: Criterion;
}

/** Everything a page can come from: the union of the sources. */
export interface Sources {
  /** Common table expressions that the sources read. */
  readonly ctes: readonly string[];
  readonly sources: readonly Source[];
  /** A row may come from more than one source, or from one more than once. */
  readonly overlap: boolean;
}
