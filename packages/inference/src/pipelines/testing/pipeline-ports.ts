import { ok, type TenantId } from '@holdfast/kernel';
import { defaultTierPolicy } from '../../clinical/default-tier-policy.ts';
import type { FhirResource } from '../../fhir-reading.ts';
import { InferenceOrchestrator } from '../../orchestrator/inference-orchestrator.ts';
import { ScriptedBackend } from '../../orchestrator/testing/scripted-backend.ts';
import { VirtualTime } from '../../orchestrator/testing/virtual-time.ts';
import type { InputRequest, PipelinePorts, PipelineTrigger } from '../run-pipeline.ts';

/** Ports over a virtual clock and a back end that answers as soon as it is asked. */
export function pipelinePorts(stored: readonly FhirResource[] = []) {
  const time = new VirtualTime();
  const backend = new ScriptedBackend();
  const requests: InputRequest[] = [];
  const infer = backend.infer.bind(backend);
  backend.infer = (request, options) => {
    const answer = infer(request, options);
    backend.score(request.id);
    return answer;
  };
  let ids = 0;
  const ports: PipelinePorts = {
    fetchInputs: (request) => {
      requests.push(request);
      const consent = { decision: 'd', policyVersion: '1', epoch: '5' };
      return Promise.resolve(ok({ resources: stored, consent }));
    },
    orchestrator: new InferenceOrchestrator({
      backend,
      clock: time,
      timers: time,
      onReport: () => undefined,
    }),
    tierPolicy: defaultTierPolicy,
    newId: () => {
      ids += 1;
      return `00000000-0000-7000-8000-${String(ids).padStart(12, '0')}`;
    },
    clock: time,
  };
  return { ports, requests, backend, time };
}

export function eventOf(resource: FhirResource): PipelineTrigger {
  return {
    tenant: 1 as TenantId,
    resource,
    requestedPriority: null,
    mode: 'asynchronous',
    requester: 'system',
  };
}

export function phq9Response(points: readonly number[]): FhirResource {
  const codes = ['44250-9', '44255-8', '44259-0', '44254-1', '44251-7', '44258-2', '44252-5'];
  return {
    resourceType: 'QuestionnaireResponse',
    id: 'q1',
    meta: { versionId: '3' },
    status: 'completed',
    subject: { reference: 'Patient/p1' },
    authored: '2026-11-24T11:59:00Z',
    item: [...codes, '44253-3', '44260-8'].map((linkId, i) => ({
      linkId,
      answer: [{ valueInteger: points[i] ?? 0 }],
    })),
  };
}

export function vitalSign(loinc: string, value: number, unit: string, at: string): FhirResource {
  return {
    resourceType: 'Observation',
    id: `${loinc}-${at}`,
    meta: { versionId: '1' },
    status: 'final',
    subject: { reference: 'Patient/p1' },
    code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
    effectiveDateTime: `2026-11-24T${at}:00Z`,
    valueQuantity: { value, system: 'http://unitsofmeasure.org', code: unit },
  };
}
