import { typeOfCode } from '@holdfast/fhir';
import { systemClock, type TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import type { Actor } from '../actor.ts';
import { ConsentGates } from '../postgres/consent-gates.ts';
import { decidedRows } from './stored-world.ts';

/**
 * A process that reads one patient's row again and again and holds every decision against the
 * consent, care team and emergency access of the statement's own snapshot. Tells its parent after
 * each read whether it was stale.
 * Arguments: database URL, storage key of the row.
 */
const [, , url = '', row = ''] = process.argv;

const actor: Actor = {
  tenant: 1 as TenantId,
  principal: 'Practitioner/a',
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};

const pool = createPool({
  url,
  role: 'holdfast_app',
  tenant: 1,
  max: 1,
  applicationName: 'revoke reader',
});
const source = new ConsentGates({ database: () => pool, clock: systemClock }).gateSource(
  actor,
  'read',
);

async function read(): Promise<'fresh' | 'stale'> {
  for (let gate = source.current(); ; ) {
    const current = gate;
    const seen = await decidedRows(
      pool,
      // The oracle rides in the same statement: what is on file in this snapshot?
      (alias, bind) => `(${current.releasable(alias, bind)})`,
      (code) => typeOfCode(code) ?? '',
    );
    const found = seen.rows.find(({ key }) => key === row);
    if (found === undefined) throw new Error('the row is gone');
    if (seen.epoch <= gate.epoch && gate.decide(found.facts, found.nowMs).kind !== 'stale') {
      const holds = (type: string): boolean =>
        seen.rows.some(({ facts }) => facts.type === type && facts.content?.includes('"active"'));
      // A treating relationship and a consent, or emergency access: as the writer left them on file.
      const isOpen = (holds('Consent') && holds('CareTeam')) || holds('Basic');
      const isReleased = gate.decide(found.facts, found.nowMs).kind === 'release';
      return isReleased === isOpen && found.released === isOpen ? 'fresh' : 'stale';
    }
    gate = await source.refresh(Date.now());
  }
}

for (;;) process.send?.(await read());
