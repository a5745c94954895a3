import type { Actor } from '@holdfast/consent';
import { type Clock, type Random, type RequestId, type TenantId, uuidV7 } from '@holdfast/kernel';
import {
  type Artifacts,
  type AuthorizationServer,
  type Clients,
  openAuthorizationServer,
  type PickerPatient,
  type SignInRecord,
  type Users,
} from '@holdfast/signin';
import { guardedFetch } from '@holdfast/subscriptions';
import { MINOR, SUCCESS } from '../audit-trail.ts';
import type { FhirRoutesOptions } from '../http/fhir-routes-options.ts';
import { searchset } from '../http/fhir-search-routes.ts';
import { PATIENTS_TO_PICK } from '../limits.ts';
import type { SignInKeys } from './secrets.ts';

/** What the built-in sign-in keeps, and the address it is mounted at. */
export const AUTHORIZATION_PATH = '/auth';

export interface AuthorizationParts {
  readonly fhir: FhirRoutesOptions;
  readonly users: Users;
  readonly clients: Clients;
  readonly artifacts: Artifacts;
  readonly tenant: TenantId;
  readonly keys: SignInKeys;
  readonly trustedHosts: ReadonlySet<string>;
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: (error: unknown) => void;
}

/** The authorization server, made when its address is known: once the server listens. */
export function openAuthorization(parts: AuthorizationParts): () => Promise<AuthorizationServer> {
  const { fhir, keys } = parts;
  let opened: Promise<AuthorizationServer> | undefined;
  const open = async (): Promise<AuthorizationServer> => {
    const server = await openAuthorizationServer({
      ...parts,
      issuer: `${fhir.baseUrl()}${AUTHORIZATION_PATH}`,
      fhirBase: `${fhir.baseUrl()}/fhir/R4`,
      keys: keys.ring,
      cookieSecret: keys.cookies,
      ports: {
        record: (record) => recorded(parts, record),
        findPatients: (actor, by) => patients(parts, actor, by),
        fetchKeys: guardedFetch({ trustedHosts: parts.trustedHosts }),
      },
    });
    server.onFailure(parts.trouble);
    return server;
  };
  return () => (opened ??= open());
}

/** The sign-in itself, where nobody is known yet. */
const nobody = (tenant: TenantId): Actor => ({
  tenant,
  principal: 'Device/holdfast-sign-in',
  closure: ['Device/holdfast-sign-in'],
  roles: ['system'],
  purposes: ['HSYSADMIN'],
  emergency: false,
  tokenId: 'holdfast-sign-in',
});

async function recorded(
  { fhir, tenant, clock, random }: AuthorizationParts,
  record: SignInRecord,
): Promise<void> {
  const { principal, roles, purposes, what, succeeded, client, patient } = record;
  const self = nobody(tenant);
  const actor = principal === undefined ? self : { ...self, principal, roles, purposes };
  const who = { actor, requestId: uuidV7(clock, random) as RequestId };
  const { epoch } = fhir.gates.gateSource(self, 'read').current();
  await fhir.audit.accessed(
    who,
    {
      interaction: what,
      action: 'E',
      target: client === undefined ? null : `client/${client}`,
      outcome: succeeded ? SUCCESS : MINOR,
      epoch,
      named: patient === undefined ? [] : [patient],
    },
    [],
  );
}

interface PatientEntry {
  readonly resource?: {
    readonly resourceType: string;
    readonly id: string;
    readonly birthDate?: string;
    readonly name?: readonly {
      readonly text?: string;
      readonly given?: readonly string[];
      readonly family?: string;
    }[];
  };
}

/** A search like any other: decided by consent, and recorded. */
async function patients(
  { fhir, clock, random }: AuthorizationParts,
  actor: Actor,
  by: { readonly text: string } | { readonly id: string },
): Promise<readonly PickerPatient[]> {
  const parameters = new URLSearchParams({ _count: String(PATIENTS_TO_PICK) });
  if ('id' in by) parameters.set('_id', by.id);
  else if (by.text.trim() !== '') parameters.set('name:contains', by.text.trim());
  const who = { actor, requestId: uuidV7(clock, random) as RequestId };
  const text = await searchset(fhir, who, {
    place: { type: 'Patient' },
    parameters,
    strict: false,
    db: fhir.pool,
  });
  const { entry = [] } = JSON.parse(text) as { readonly entry?: readonly PatientEntry[] };
  return entry.flatMap(({ resource }) => {
    if (resource?.resourceType !== 'Patient') return [];
    const [name] = resource.name ?? [];
    const words = name?.text ?? [...(name?.given ?? []), name?.family ?? ''].join(' ').trim();
    return [{ id: resource.id, name: words || resource.id, birthDate: resource.birthDate }];
  });
}
