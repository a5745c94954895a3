import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Resource } from '@holdfast/fhir';

const FILE = new URL(
  '../../../../../shared/data/fhir-examples/hl7.fhir.uv.subscriptions-backport-1.2.0-r4.ndjson.gz',
  import.meta.url,
);

export const hasExamples = existsSync(FILE);

/** The examples of the Subscriptions R5 Backport guide (CC0), by `Type/id`. */
export function backportExamples(): ReadonlyMap<string, Resource & { readonly id: string }> {
  const lines = gunzipSync(readFileSync(FILE)).toString().trim().split('\n');
  const resources = lines.map((line) => JSON.parse(line) as Resource & { readonly id: string });
  return new Map(resources.map((each) => [`${each.resourceType}/${each.id}`, each]));
}
