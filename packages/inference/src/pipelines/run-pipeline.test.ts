import { err, ok, type PatientId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../fhir-reading.ts';
import { news2Pipeline } from './news2-pipeline.ts';
import { phq9Pipeline } from './phq9-pipeline.ts';
import { runPipeline } from './run-pipeline.ts';
import { eventOf, phq9Response, pipelinePorts, vitalSign } from './testing/pipeline-ports.ts';

const suicidal = phq9Response([0, 0, 0, 0, 0, 0, 0, 0, 1]);

describe('the PHQ-9 pipeline', () => {
  it('puts a positive item 9 in tier 0 and tells of self-harm first, total 1 or not', async () => {
    const { ports } = pipelinePorts();
    const run = await runPipeline(phq9Pipeline, eventOf(suicidal), ports);
    expect(run?.record).toMatchObject({ tier: 0, outcome: 'answered', output: { total: 1 } });
    expect(run?.resources[0]).toMatchObject({
      resourceType: 'RiskAssessment',
      prediction: [
        {
          outcome: { text: 'Self-harm or suicide' },
          qualitativeRisk: { coding: [{ code: 'high' }] },
        },
        { outcome: { text: 'Depression' }, qualitativeRisk: { coding: [{ code: 'negligible' }] } },
      ],
    });
  });

  it('asks consent for the trigger even where it needs no other input', async () => {
    const { ports, requests } = pipelinePorts();
    await runPipeline(phq9Pipeline, eventOf(suicidal), ports);
    expect(requests).toEqual([
      {
        tenant: 1,
        patientId: 'p1',
        purpose: 'TREAT',
        trigger: { reference: 'QuestionnaireResponse/q1', version: '3' },
        lookUps: [],
      },
    ]);
  });

  it('looks up the items beside a bare total, so that item 9 is not overlooked', async () => {
    const item9 = { ...vitalSign('44260-8', 2, '1', '11:00'), valueQuantity: { value: 2 } };
    const total = { ...vitalSign('44261-6', 6, '1', '11:30'), valueQuantity: { value: 6 } };
    const { ports, requests } = pipelinePorts([item9]);
    const run = await runPipeline(phq9Pipeline, eventOf(total), ports);
    expect(requests[0]?.lookUps[0]?.codes).toContain('http://loinc.org|44260-8');
    expect(run?.record).toMatchObject({ tier: 0, output: { total: 6 } });
  });

  it('is not triggered by anything else, nor by a resource without a patient', async () => {
    const { ports, requests } = pipelinePorts();
    const weight = vitalSign('29463-7', 70, 'kg', '11:00');
    expect(await runPipeline(phq9Pipeline, eventOf(weight), ports)).toBeNull();
    const { subject: _, ...nobody } = suicidal;
    const foreign: FhirResource = { ...nobody, resourceType: 'QuestionnaireResponse' };
    expect(await runPipeline(phq9Pipeline, eventOf(foreign), ports)).toBeNull();
    expect(requests).toEqual([]);
  });
});

describe('the NEWS2 pipeline', () => {
  const trigger = vitalSign('9279-1', 25, '/min', '11:50');
  const patient: FhirResource = {
    resourceType: 'Patient',
    id: 'p1',
    meta: { versionId: '2' },
    birthDate: '1950-01-01',
  };

  it('declares its look-ups up to the time of the vital sign, not of the event', () => {
    const [who, vitals] = news2Pipeline().inputs(trigger, 'p1' as PatientId);
    expect(who).toMatchObject({ type: 'Patient', patientId: 'p1' });
    expect(vitals).toMatchObject({ sinceHours: 1, asOf: '2026-11-24T11:50:00.000Z' });
    expect(vitals?.codes).toContain('http://loinc.org|85354-9');
  });

  it('scores the newest of each within the hours, and nothing later or older', async () => {
    const { ports } = pipelinePorts([
      patient,
      trigger,
      vitalSign('8867-4', 131, '/min', '11:40'),
      vitalSign('8867-4', 75, '/min', '11:30'),
      vitalSign('8310-5', 39.5, 'Cel', '10:49'),
      vitalSign('8480-6', 85, 'mm[Hg]', '11:51'),
    ]);
    const run = await runPipeline(news2Pipeline(), eventOf(trigger), ports);
    expect(run?.record.output).toMatchObject({ total: null, lowerBound: 6, band: 'medium' });
    expect(run?.record.inputs.map((input) => input.reference)).toEqual([
      'Patient/p1',
      'Observation/9279-1-11:50',
      'Observation/8867-4-11:40',
    ]);
  });

  it('gives a preliminary assessment that names what was missing', async () => {
    const { ports } = pipelinePorts([patient]);
    const run = await runPipeline(news2Pipeline(), eventOf(trigger), ports);
    expect(run?.record).toMatchObject({ tier: 1 });
    const [assessment] = run?.resources ?? [];
    expect(assessment?.['status']).toBe('preliminary');
    expect(JSON.stringify(assessment?.['note'])).toMatch(/at least 3 .*temperature: not-given/);
  });

  it('takes the critical flag of whoever measured for tier 0, whatever the score', async () => {
    const flagged = { ...trigger, valueQuantity: { value: 16 } };
    const coding = [
      { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'HH' },
    ];
    const { ports } = pipelinePorts([patient]);
    const event = eventOf({ ...flagged, interpretation: [{ coding }] });
    expect((await runPipeline(news2Pipeline(), event, ports))?.record.tier).toBe(0);
    const high = eventOf({
      ...flagged,
      interpretation: [{ coding: [{ ...coding[0], code: 'H' }] }],
    });
    expect((await runPipeline(news2Pipeline(), high, ports))?.record.tier).toBe(2);
  });

  it('writes no resource about a child, and still leaves a record', async () => {
    const { ports } = pipelinePorts([{ ...patient, birthDate: '2020-01-01' }]);
    const run = await runPipeline(news2Pipeline(), eventOf(trigger), ports);
    expect(run?.record.output).toMatchObject({ evaluable: false, flags: ['age-below-16'] });
    expect(run?.resources).toEqual([]);
  });
});

describe('the order and the visit behind a resource', () => {
  const calm = vitalSign('9279-1', 16, '/min', '11:50');
  const ordered: FhirResource = {
    ...calm,
    basedOn: [{ reference: 'ServiceRequest/sr1' }],
    encounter: { reference: 'Encounter/e1' },
  };
  const stat: FhirResource = {
    resourceType: 'ServiceRequest',
    id: 'sr1',
    meta: { versionId: '4' },
    status: 'active',
    priority: 'stat',
  };

  it('are looked up by their ids, under the same consent', async () => {
    const { ports, requests } = pipelinePorts();
    await runPipeline(news2Pipeline(), eventOf(ordered), ports);
    expect(requests[0]?.lookUps.filter(({ ids }) => ids !== undefined)).toMatchObject([
      { type: 'Encounter', patientId: 'p1', ids: ['e1'] },
      { type: 'ServiceRequest', patientId: 'p1', ids: ['sr1'] },
    ]);
  });

  it('make a calm score as urgent as the order, and are named; the score rests on none of it', async () => {
    const { ports } = pipelinePorts([stat]);
    const run = await runPipeline(news2Pipeline(), eventOf(ordered), ports);
    expect(run?.record).toMatchObject({ tier: 0, output: { lowerBound: 0 } });
    expect(run?.record.tierDecision.contributions).toContainEqual({
      id: 'order-priority',
      value: 4,
      source: 'ServiceRequest/sr1/_history/4',
      tier: 0,
    });
    expect(run?.record.inputs.map(({ reference }) => reference)).toEqual([
      'Observation/9279-1-11:50',
    ]);
  });

  it('that could not be seen lower nothing', async () => {
    const { ports } = pipelinePorts([]);
    expect((await runPipeline(news2Pipeline(), eventOf(ordered), ports))?.record.tier).toBe(2);
  });
});

describe('results', () => {
  it('carry versioned references, the AIAST label, the model and the rung', async () => {
    const { ports } = pipelinePorts();
    const run = await runPipeline(phq9Pipeline, eventOf(suicidal), ports);
    const source = { reference: 'QuestionnaireResponse/q1/_history/3' };
    const [assessment, provenance] = run?.resources ?? [];
    expect(assessment).toMatchObject({
      id: '00000000-0000-7000-8000-000000000002',
      status: 'final',
      subject: { reference: 'Patient/p1' },
      meta: { security: [{ code: 'AIAST' }] },
      method: { coding: [{ code: 'phq-9', version: '1' }] },
      basis: [source],
    });
    expect(JSON.stringify(assessment?.['note'])).toContain('Tier 0 by policy holdfast-default@2');
    expect(provenance).toMatchObject({
      resourceType: 'Provenance',
      target: [{ reference: 'RiskAssessment/00000000-0000-7000-8000-000000000002' }],
      recorded: '2026-11-24T12:00:00.000Z',
      agent: [{ who: { type: 'Device', identifier: { value: 'phq-9@1' } } }],
      entity: [{ role: 'source', what: source }],
    });
  });

  it('say that they are degraded', async () => {
    const { ports, backend } = pipelinePorts();
    backend.infer = () => Promise.resolve(err({ kind: 'breaker-open' }));
    const run = await runPipeline(phq9Pipeline, eventOf(suicidal), ports);
    expect(run?.record).toMatchObject({ rung: 'in-process', degraded: true });
    expect(JSON.stringify(run?.resources[0])).toContain(
      'Degraded: answered by rung in-process because of backend-breaker-open.',
    );
  });

  it('have one key for the same input versions, another for a new version', async () => {
    const { ports } = pipelinePorts();
    const key = async (resource: FhirResource) =>
      (await runPipeline(phq9Pipeline, eventOf(resource), ports))?.record.idempotencyKey;
    const first = await key(suicidal);
    expect(await key(suicidal)).toBe(first);
    expect(await key({ ...suicidal, meta: { versionId: '4' } })).not.toBe(first);
  });
});

describe('consent', () => {
  const evidence = { decision: 'deny-1', policyVersion: '1', epoch: '6' };

  it('denied: nothing is computed, no urgency is told, and a record says so', async () => {
    const { ports, backend } = pipelinePorts();
    const denying = {
      ...ports,
      fetchInputs: () => Promise.resolve(err({ kind: 'denied', consent: evidence } as const)),
    };
    const run = await runPipeline(phq9Pipeline, eventOf(suicidal), denying);
    expect(run?.record).toMatchObject({
      outcome: 'denied',
      rung: 'none',
      output: null,
      tier: 2,
      tierDecision: { contributions: [] },
      consent: evidence,
    });
    expect(run?.resources).toEqual([]);
    expect(backend.started).toEqual([]);
  });

  it('unavailable inputs leave a record with the urgency of the trigger alone', async () => {
    const { ports, backend } = pipelinePorts();
    const down = {
      ...ports,
      fetchInputs: () => Promise.resolve(err({ kind: 'unavailable', consent: null } as const)),
    };
    const run = await runPipeline(phq9Pipeline, eventOf(suicidal), down);
    expect(run?.record).toMatchObject({ outcome: 'unavailable', tier: 0, output: null });
    expect(backend.started).toEqual([]);
  });

  it('that ends between the look-up and the run releases nothing', async () => {
    const { ports } = pipelinePorts();
    let holds = true;
    const withdrawing = {
      ...ports,
      fetchInputs: () => {
        holds = false;
        return Promise.resolve(ok({ resources: [], consent: evidence }));
      },
    };
    const checked = { ...withdrawing, consentCheck: () => () => holds };
    const run = await runPipeline(phq9Pipeline, eventOf(suicidal), checked);
    expect(run).toMatchObject({ record: { outcome: 'cancelled' }, resources: [] });
  });
});
