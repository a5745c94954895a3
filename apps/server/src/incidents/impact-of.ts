import type { PatientId, TenantId } from '@holdfast/kernel';
import { type AddressCount, countAddresses } from '@holdfast/store';
import { type Jurisdiction, residenceOf } from '@holdfast/visibility';
import type { Pool } from 'pg';
import type { Impact } from './incident-report.ts';

/** Where those whom an incident reached live, counted; people without an address live anywhere. */
export async function impactOf(
  pool: Pool,
  { tenant, patients }: { readonly tenant: TenantId; readonly patients: readonly PatientId[] },
): Promise<Impact> {
  const addresses = patients.length === 0 ? [] : await countAddresses(pool, { tenant, patients });
  return impactFrom(addresses, patients.length);
}

/** @param affected distinct people */
export function impactFrom(addresses: readonly AddressCount[], affected: number): Impact {
  const places = new Map<string, number>();
  let residenceUnknown = 0;
  for (const address of addresses) {
    const place = residenceOf(address);
    if (place === null) residenceUnknown += address.patients;
    else places.set(place, (places.get(place) ?? 0) + address.patients);
  }
  const residents: Partial<Record<Jurisdiction, { confirmed: number; possible: number }>> = {};
  for (const [place, confirmed] of places) {
    if (place !== 'elsewhere') residents[place as Jurisdiction] = { confirmed, possible: 0 };
  }
  return {
    affected: { confirmed: affected, possible: 0 },
    residents,
    residenceUnknown,
    places: [...places]
      .map(([place, count]) => ({ place, count }))
      .toSorted((a, b) => b.count - a.count || a.place.localeCompare(b.place)),
  };
}
