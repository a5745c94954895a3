import { type Actor, MemoryConsents, summaryOf, tieKey } from '@holdfast/consent';
import type { PatientId, TenantId } from '@holdfast/kernel';

const nowMs = Date.UTC(2026, 5, 1);
const ada = 'ada' as PatientId;

/** Ada lets her clinic treat her, keeps one practitioner out, and opens nothing about substance use. */
const consent = {
  resourceType: 'Consent',
  id: 'treatment',
  status: 'active',
  dateTime: '2026-01-01',
  patient: { reference: 'Patient/ada' },
  provision: {
    type: 'permit',
    actor: [{ reference: { reference: 'Organization/clinic' } }],
    provision: [
      { type: 'deny', actor: [{ reference: { reference: 'Practitioner/ex' } }] },
      {
        type: 'deny',
        securityLabel: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'SUD' },
        ],
      },
    ],
  },
};

const clinician = (id: string): Actor => ({
  tenant: 1 as TenantId,
  principal: `Practitioner/${id}`,
  closure: ['Organization/clinic'],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'example',
});

const observation = (id: string, ...labels: readonly string[]) => ({
  resourceType: 'Observation' as const,
  id,
  meta: {
    security: labels.map((code) => ({
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code,
    })),
  },
  subject: { reference: 'Patient/ada' },
});

const consents = new MemoryConsents();
consents.put(ada, [consent], nowMs);
// The starter policy asks clinicians for a treating relationship: both are of the care team.
consents.relate(ada, [tieKey('care-team', 'Organization/clinic')]);

for (const who of ['rivera', 'ex']) {
  for (const resource of [observation('pulse'), observation('audit-c', 'SUD')]) {
    const question = { actor: clinician(who), action: 'read', resource, nowMs } as const;
    const answer = consents.decide(question) ? 'permit' : 'deny';
    const why = summaryOf(consents.explain(question), 'officer');
    process.stdout.write(`${who} reads Observation/${resource.id}: ${answer}. ${why}\n`);
  }
}
