import type { KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { err, type Result, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { ModelArtifact } from '../models/loaded-model.ts';
import { MODEL_FILES, type ModelManifest } from '../models/model-manifest.ts';
import { isSigned } from '../models/model-signature.ts';
import { type KeptFiles, readVersion } from '../postgres/model-registry.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';
import { MANIFEST, readModelFolder } from './model-folder.ts';

/** The manifest and the files that it names, as they lie in a folder. */
export function modelFiles(folder: string, manifest: ModelManifest): KeptFiles['files'] {
  const names = [MANIFEST, ...MODEL_FILES.map((file) => manifest.files[file].name)];
  return names.map((name) => ({ name, content: readFileSync(join(folder, name)) }));
}

/** A version from the registry, read through a folder of its own that is gone afterwards. */
export async function readVersionArtifact(
  db: Queryable,
  tenant: TenantId,
  model: ModelReference,
): Promise<Result<ModelArtifact, string>> {
  const kept = await readVersion(db, tenant, model);
  if (kept === null) return err('is not kept here');
  const room = mkdtempSync(join(tmpdir(), 'holdfast-model-'));
  try {
    for (const { name, content } of kept.files) writeFileSync(join(room, basename(name)), content);
    return readModelFolder(room);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/**
 * Lays a version from the registry into a folder, whole or not at all. Error: it is signed by another
 * key than this installation's, or is not what was signed.
 */
export function layOut(
  kept: KeptFiles,
  at: { readonly model: ModelReference; readonly key: KeyObject; readonly folder: string },
): Result<ModelArtifact, string> {
  const { model, key, folder } = at;
  if (!isSigned(key, { model, sha256: kept.sha256, signature: kept.signature })) {
    return err('its signature is not by the key of this installation');
  }
  const aside = `${folder}.${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  // Names were checked where the version was added; a folder in one would still lead nowhere else.
  for (const { name, content } of kept.files) {
    if (name.includes('/') || name.includes('\\') || name.startsWith('.'))
      return err('a file name');
    writeFileSync(join(aside, name), content, { mode: 0o600 });
  }
  const artifact = readModelFolder(aside);
  const isOther =
    artifact.ok &&
    (artifact.value.sha256 !== kept.sha256 ||
      artifact.value.manifest.id !== model.id ||
      artifact.value.manifest.version !== model.version);
  if (!artifact.ok || isOther) {
    rmSync(aside, { recursive: true, force: true });
    return artifact.ok ? err('its files are not what was signed') : artifact;
  }
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
  return artifact;
}
