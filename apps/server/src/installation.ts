import { mkdir } from 'node:fs/promises';
import { openSecrets } from './composition/secrets.ts';
import type { ServerConfig } from './config.ts';
import { startDatabase } from './database.ts';

/** What several processes of one machine share: the database and the keys. */
export interface Installation {
  /** As its owner: holds a password, never log it. */
  readonly databaseUrl: string;
  /** For when all of them have ended. */
  close(): Promise<void>;
}

/** Starts the embedded database where there is no other, and makes the keys on the first start. */
export async function openInstallation(
  config: Pick<
    ServerConfig,
    'dataDirectory' | 'databaseUrl' | 'keyRing' | 'embeddedSettings' | 'onProgress'
  >,
): Promise<Installation> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o755 });
  const database = await startDatabase(config);
  try {
    const secrets = await openSecrets(config, database.ownerUrl);
    return {
      databaseUrl: database.ownerUrl,
      close: async () => {
        await secrets.forgetDatabase();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
