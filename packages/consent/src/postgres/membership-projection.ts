import { typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { DueChanges, PatientProjection, ProjectedChange } from '@holdfast/store';
import { MAX_MEMBERS_OF_RESOURCE } from '../limits.ts';
import { MEMBERSHIP_SOURCES, type Membership, membershipsOf } from '../relations/memberships-of.ts';
import { SaidOfChanges } from './said-of-changes.ts';

const ASSIGN = {
  name: 'consent_memberships',
  text: `select assign_memberships($1::smallint, $2::smallint[], $3::text[], $4::integer[],
    $5::text[], $6::text[], $7::float8[], $8::float8[])`,
};

/**
 * Keeps table `membership` in step with the resources that say who stands for what, inside the
 * transaction that writes them (CON-16). One statement, however many resources. It comes after the
 * projections of patients: all lock the tenant's state last.
 */
export class MembershipProjection implements PatientProjection {
  isDueTo(change: ProjectedChange): boolean {
    if (!MEMBERSHIP_SOURCES.has(change.type)) return false;
    return change.expected > 0 || SAID.of(change).length > 0;
  }

  /** @throws Fault CONSENT_RELATIONS_BEYOND_LIMITS */
  async project(tx: Queryable, tenant: number, { changes }: DueChanges): Promise<void> {
    const said = SAID.ofAll(changes);
    await tx.query({
      ...ASSIGN,
      values: [
        tenant,
        changes.map(({ type }) => typeCode(type)),
        changes.map(({ id }) => id),
        said.map(({ source }) => source),
        said.map(({ member }) => member),
        said.map(({ standsFor }) => standsFor),
        said.map(({ from }) => from),
        said.map(({ until }) => until),
      ],
    });
  }
}

const SAID = new SaidOfChanges<Membership>(
  ({ content }) => (content === null ? [] : membershipsOf(JSON.parse(content))),
  MAX_MEMBERS_OF_RESOURCE,
);
