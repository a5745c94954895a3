import type { StoredVersion } from '@holdfast/store';

export interface HistoryFrame {
  /** The FHIR address without a slash at its end. */
  readonly root: string;
  readonly links: readonly { readonly relation: string; readonly url: string }[];
  /** All there is stands on this page: only then the total is known. */
  readonly complete: boolean;
}

/** A history Bundle as JSON text; stored texts are spliced in as they are. */
export function historyBundle(
  versions: readonly StoredVersion[],
  { root, links, complete }: HistoryFrame,
): string {
  const total = complete ? `,"total":${versions.length}` : '';
  const entries = versions.map((version) => historyEntry(root, version)).join(',');
  // FHIR JSON has no empty lists.
  const list = entries === '' ? '' : `,"entry":[${entries}]`;
  return `{"resourceType":"Bundle","type":"history"${total},"link":${JSON.stringify(links)}${list}}`;
}

function historyEntry(root: string, version: StoredVersion): string {
  const { type, id, updated, deleted, content } = version;
  const first = version.version === 1;
  // What brought a version about is not kept; a first one comes from POST more often than not.
  const method = deleted ? 'DELETE' : first ? 'POST' : 'PUT';
  const request = JSON.stringify({ method, url: first && !deleted ? type : `${type}/${id}` });
  const response = JSON.stringify({
    status: deleted ? '204 No Content' : first ? '201 Created' : '200 OK',
    etag: `W/"${version.version}"`,
    lastModified: updated,
  });
  const resource = content === null ? '' : `"resource":${content},`;
  return `{"fullUrl":"${root}/${type}/${id}",${resource}"request":${request},"response":${response}}`;
}
