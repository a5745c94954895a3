/**
 * Whether the caller has this version already (https://hl7.org/fhir/R4/http.html#cread).
 * If-None-Match counts before If-Modified-Since (RFC 9110, 13.1.3); what cannot be read is ignored.
 */
export function isNotModified(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  version: { readonly version: number; readonly updated: string },
): boolean {
  const tags = headers['if-none-match'];
  if (typeof tags === 'string') {
    return tags
      .split(',')
      .map((tag) => tag.trim().replace(/^W\//, ''))
      .some((tag) => tag === '*' || tag === `"${version.version}"`);
  }
  const since = headers['if-modified-since'];
  const sinceMs = typeof since === 'string' ? Date.parse(since) : Number.NaN;
  // HTTP dates have no milliseconds.
  return Math.floor(Date.parse(version.updated) / 1000) * 1000 <= sinceMs;
}
