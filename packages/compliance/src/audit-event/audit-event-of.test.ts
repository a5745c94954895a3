import { systemRandom } from '@holdfast/kernel';
import type { AuditAction, AuditOutcome, Leaf, ReadBody } from '@holdfast/ledger';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../log-record.ts';
import { auditEventOf } from './audit-event-of.ts';
import { withoutTokens } from './without-tokens.ts';

const source = { address: 'http://clinic.example/fhir/R4', site: 'clinic.example/audit/1' };
const auditId = '01935b1e-7a54-7c2e-9d3f-000000000001';

interface Recorded {
  readonly type: string;
  readonly action?: AuditAction;
  readonly outcome?: AuditOutcome;
  readonly actor?: string;
  readonly roles?: readonly string[];
  readonly target?: string | null;
  readonly patient?: string | null;
  readonly erased?: boolean;
}

function record(recorded: Recorded): LogRecord {
  const { type, action = 'R', outcome = 0, actor = 'Practitioner/1', erased = false } = recorded;
  const ts = '2026-11-24T08:00:00.000Z';
  const leaf = {
    ...{ v: 1, id: auditId, ts, type, action, outcome, purpose: ['TREAT', 'urn:x|Y'] },
    ...{ actor: 'a', patient: 'p', resource: 'r', body: 'b', mac: 'm', n: 0 },
    producer: { process: 'api-1', epoch: 1 },
  } satisfies Leaf;
  const { roles = ['clinician'], target = 'Observation/9/_history/3', patient = 'ada' } = recorded;
  const text = '';
  const held: ReadBody = {
    ...{ state: 'held', text, salt: Buffer.from(systemRandom.bytes(16)) },
    body: { decision: [4, 7, 'release'], patient, request: 'req-1', roles, target },
  };
  return {
    ...{ auditId, recorded: new Date(ts), actor, patientTag: null, leaf },
    leafBytes: Buffer.alloc(0),
    body: erased ? { state: 'destroyed' } : held,
  };
}

interface Shape {
  readonly meta: { readonly profile?: readonly string[]; readonly security?: readonly object[] };
  readonly type: { readonly code: string };
  readonly subtype: readonly { readonly code: string }[];
  readonly agent: readonly {
    readonly type: { readonly coding: readonly { readonly code: string }[] };
    readonly requestor: boolean;
    readonly who: { readonly reference?: string };
    readonly network?: object;
  }[];
  readonly entity?: readonly {
    readonly role?: { readonly code: string };
    readonly query?: string;
    readonly what?: { readonly reference?: string };
  }[];
}

const eventOf = (recorded: Recorded, patientId?: string) =>
  auditEventOf(record(recorded), { source, patientId }) as unknown as Shape;

const rolesOf = ({ agent }: Shape): string[] => agent.map(({ type }) => type.coding[0]?.code ?? '');

describe('a record as AuditEvent follows the BALP pattern of its interaction', () => {
  it.each([
    ['read', 'R', 'PatientRead', ['110152', '110153', 'IRCP']],
    ['vread', 'R', 'PatientRead', ['110152', '110153', 'IRCP']],
    ['create', 'C', 'PatientCreate', ['110153', '110152', 'AUT']],
    ['update', 'U', 'PatientUpdate', ['110153', '110152', 'AUT']],
    ['patch', 'U', 'PatientUpdate', ['110153', '110152', 'AUT']],
    ['delete', 'D', 'PatientDelete', ['110150', 'custodian', 'AUT']],
    ['search-type', 'E', 'PatientQuery', ['110153', '110152', 'IRCP']],
  ] as const)('%s', (type, action, profile, roles) => {
    const event = eventOf({ type, action });
    expect(event.meta.profile?.[0]).toMatch(new RegExp(`BasicAudit\\.${profile}$`));
    expect([event.type.code, event.subtype[0]?.code]).toEqual(['rest', type]);
    expect(rolesOf(event)).toEqual(roles);
    expect(event.agent.filter(({ requestor }) => requestor)).toHaveLength(1);
    expect(event.agent.at(-1)).not.toHaveProperty('network');
    expect(event.entity?.filter(({ role }) => role?.code === '1')).toHaveLength(1);
  });

  it('a search is a query, and names nothing else', () => {
    const target = 'Observation?patient=ada&code=x';
    const [query] = eventOf({ type: 'search-type', action: 'E', target }).entity ?? [];
    expect(query?.role?.code).toBe('24');
    expect(Buffer.from(query?.query ?? '', 'base64').toString()).toBe(target);
    expect(query).not.toHaveProperty('what');
    expect(query).not.toHaveProperty('name');
  });

  it('patients who write are informants; nobody’s record has no patient', () => {
    const event = eventOf({ type: 'create', action: 'C', roles: ['patient'], patient: null });
    expect(rolesOf(event)).toContain('INF');
    expect(event.meta.profile?.[0]).toMatch(/BasicAudit\.Create$/);
    expect(event.entity?.some(({ role }) => role?.code === '1')).toBe(false);
  });

  it('what failed, what is no FHIR interaction and what was erased names no profile', () => {
    expect(eventOf({ type: 'read', outcome: 4 }).meta.profile).toBeUndefined();
    const glass = eventOf({ type: 'break-glass-confirm', target: 'break-glass/1' });
    expect([glass.meta.profile, glass.subtype.map(({ code }) => code)]).toEqual([
      undefined,
      ['110127', 'break-glass-confirm'],
    ]);
    expect(eventOf({ type: 'operation-everything' }).subtype[0]?.code).toBe('operation');
    const erased = eventOf({ type: 'read', erased: true });
    expect([erased.meta.profile, erased.entity]).toEqual([undefined, undefined]);
    expect(erased.meta.security).toMatchObject([{ code: 'REDACTED' }]);
    const named = eventOf({ type: 'read', erased: true }, 'ada').entity ?? [];
    expect(named[0]?.what?.reference).toBe('Patient/ada');
  });

  it('a principal that R4 cannot refer to is an identifier', () => {
    const who = eventOf({ type: 'read', actor: 'Person/officer' }).agent.at(-1)?.who;
    expect(who).toEqual({ identifier: { value: 'Person/officer' } });
  });
});

describe('no whole token gets into an event', () => {
  it('of a long one the end, of a short one nothing', () => {
    const long = 'x'.repeat(70) + 'y'.repeat(32);
    expect(withoutTokens(`Patient?access_token=${long}&name=a`)).toBe(
      `Patient?access_token=...${'y'.repeat(32)}&name=a`,
    );
    for (const name of ['client_secret', 'id_token', 'ASSERTION']) {
      expect(withoutTokens(`Patient?a=b&${name}=secret`)).toBe(`Patient?a=b&${name}=...`);
    }
    expect(withoutTokens('Observation?code-value=1&a=token')).toBe(
      'Observation?code-value=1&a=token',
    );
  });
});
