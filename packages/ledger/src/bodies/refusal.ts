/** Why `append_audit` did not take sealed records, as its SQLSTATE says. */
export type SealRefusal =
  /** Keys that were retired after they were last used. */
  | { readonly kind: 'key-retired'; readonly keyIds: readonly string[] }
  /** The version of the ring that wrapped a new key may wrap no more. */
  | { readonly kind: 'ring-outdated' };

/** undefined for any other error. */
export function sealRefusalOf(error: unknown): SealRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, detail } = error as Error & { code?: string; detail?: string };
  if (code === 'HF410') return { kind: 'key-retired', keyIds: (detail ?? '').split(',') };
  return code === 'HF411' ? { kind: 'ring-outdated' } : undefined;
}
