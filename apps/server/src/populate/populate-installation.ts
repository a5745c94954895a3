import { mkdir } from 'node:fs/promises';
import { systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import { openSecrets } from '../composition/secrets.ts';
import { FIRST_TENANT, type ServerConfig } from '../config.ts';
import { bringSchemaUpToDate, startDatabase } from '../database.ts';
import {
  populateStore,
  type StoreLoaded,
  type StoreParts,
  type StorePlan,
} from './populate-store.ts';

/**
 * Fills the store of an installation: the database that is named, or the embedded one of the data
 * directory, which is made where there is none.
 * @throws Fault STORE_BULK_*
 */
export async function populateInstallation(
  config: Pick<
    ServerConfig,
    'dataDirectory' | 'databaseUrl' | 'embeddedSettings' | 'keyRing' | 'onProgress'
  >,
  plan: StorePlan,
  told: StoreParts['told'],
): Promise<StoreLoaded> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o755 });
  const database = await startDatabase(config);
  try {
    await bringSchemaUpToDate(database.ownerUrl);
    const secrets = await openSecrets(config, database.ownerUrl);
    try {
      return await populateStore(plan, {
        tenant: FIRST_TENANT as TenantId,
        url: database.ownerUrl,
        keys: secrets.log,
        ring: secrets.ring,
        clock: systemClock,
        random: systemRandom,
        told,
      });
    } finally {
      await secrets.forgetDatabase();
    }
  } finally {
    await database.close();
  }
}
