import { Fault } from '@holdfast/kernel';

/** What the log says of a failure in the background. Never a message that may quote data. */
export interface Trouble {
  readonly where: string;
  readonly kind: string;
  /** Of the error catalogue, or the SQLSTATE. */
  readonly code?: string;
  readonly msg: string;
  readonly mend?: string;
}

/** @param where the part of the server that met it */
export function troubleOf(where: string, error: unknown): Trouble {
  if (error instanceof Fault) {
    const { code, row, detail } = error;
    const msg = detail.diagnostics === undefined ? row.text : `${row.text} (${detail.diagnostics})`;
    return { where, kind: error.name, code, msg, mend: row.mend };
  }
  const { name, code } = error as Error & { readonly code?: unknown };
  return { where, kind: name, ...(typeof code === 'string' && { code }), msg: 'recovering' };
}
