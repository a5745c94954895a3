/** What became of one entry; `index` is its position in the bundle as sent. */
export interface EntryResult {
  readonly index: number;
  /** HTTP status with its phrase or without, e.g. `201 Created`. */
  readonly status: string;
  /** `Type/id/_history/version`, for creates and updates. */
  readonly location?: string;
  readonly version?: string;
  /** Instant, ISO 8601. */
  readonly lastModified?: string;
  /** Stored JSON text of the resource, spliced in as it is. */
  readonly text?: string;
  /** OperationOutcome as JSON text. */
  readonly outcome?: string;
}

/** The response Bundle as JSON text, in the order of the request. */
export function transactionResponse(
  kind: 'transaction' | 'batch',
  results: readonly EntryResult[],
): string {
  const ordered = [...results].sort((a, b) => a.index - b.index);
  const entries = ordered.map(entryText).join(',');
  const list = entries === '' ? '' : `,"entry":[${entries}]`;
  return `{"resourceType":"Bundle","type":"${kind}-response"${list}}`;
}

function entryText(result: EntryResult): string {
  const { status, location, version, lastModified, text, outcome } = result;
  const response = JSON.stringify({
    status,
    ...(location !== undefined && { location }),
    ...(version !== undefined && { etag: `W/"${version}"` }),
    ...(lastModified !== undefined && { lastModified }),
  });
  const withOutcome =
    outcome === undefined ? response : `${response.slice(0, -1)},"outcome":${outcome}}`;
  const resource = text === undefined ? '' : `"resource":${text},`;
  return `{${resource}"response":${withOutcome}}`;
}
