import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';

/** People of one place, counted; whose they are is not told. */
export interface AddressCount {
  /** As the record has it; null where there is no address, or no such patient any more. */
  readonly state: string | null;
  readonly country: string | null;
  readonly patients: number;
}

/** The home before other addresses, an old one never. */
const COUNT = `select a.state, a.country, count(*)::int as patients
  from unnest($2::text[]) as asked(id)
  left join resource r on r.tenant = $1 and r.type = patient_type() and r.id = asked.id
  left join lateral (
    select address->>'state' as state, address->>'country' as country
    from jsonb_array_elements(r.content::jsonb->'address') as address
    where address->>'use' is distinct from 'old'
    order by address->>'use' = 'home' desc nulls last limit 1
  ) a on true
  group by a.state, a.country`;

/**
 * Where patients live, by number, for an impact report: no consent decides, since nobody is named.
 * @param db as the owner, or in a transaction of the tenant
 */
export async function countAddresses(
  db: Queryable,
  { tenant, patients }: { readonly tenant: TenantId; readonly patients: readonly PatientId[] },
): Promise<AddressCount[]> {
  const { rows } = await db.query<AddressCount>(COUNT, [tenant, patients]);
  return rows;
}
