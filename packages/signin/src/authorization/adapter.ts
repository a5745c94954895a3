import { type AdapterFactory, errors } from 'oidc-provider';
import type { Artifacts, Payload } from '../postgres/artifacts.ts';
import type { Clients } from '../postgres/clients.ts';
import { clientMetadata } from './client-metadata.ts';

/** oidc-provider's storage on PostgreSQL. Its clients are those that the operator registered. */
export const adapterOf =
  (artifacts: Artifacts, clients: Clients): AdapterFactory =>
  (model) => ({
    async upsert(id, payload, expiresIn) {
      // Ids are bearer secrets; the row's place says which it is.
      const { jti: _, ...rest } = payload as Payload;
      const kept = { payload: rest, seconds: expiresIn || undefined };
      if (model !== 'ReplayDetection') return artifacts.keep(model, id, kept);
      if (await artifacts.keepOnce(model, id, kept)) return;
      throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
    },
    async find(id) {
      if (model === 'Client') {
        const client = await clients.find(id);
        return client && clientMetadata(client);
      }
      const payload = await artifacts.find(model, id);
      return payload && { ...payload, jti: id };
    },
    findByUid: (uid) => artifacts.findByUid(model, uid),
    findByUserCode: async () => undefined,
    async consume(id) {
      if (await artifacts.consume(model, id)) return;
      throw new errors.InvalidGrant('it is used already');
    },
    destroy: (id) => artifacts.drop(model, id),
    revokeByGrantId: (grantId) => artifacts.dropOfGrant(grantId),
  });
