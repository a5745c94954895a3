import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import type { FhirResource } from '../fhir-reading.ts';
import { news2Pipeline } from './news2-pipeline.ts';
import { phq9Pipeline } from './phq9-pipeline.ts';
import { phq9Response, vitalSign } from './testing/pipeline-ports.ts';
import { urgencyOf } from './urgency-of.ts';

const PULSE = '8867-4';
const HOUR_MS = 3_600_000;
const quick = vitalSign(PULSE, 135, '/min', '11:00');
const takenMs = Date.parse(String(quick['effectiveDateTime']));

const urgency = (resource: FhirResource, afterHours = 1) =>
  urgencyOf(resource, {
    pipelines: [phq9Pipeline, news2Pipeline()],
    tierPolicy: defaultTierPolicy,
    now: new Date(takenMs + afterHours * HOUR_MS),
  });

describe('the urgency of a change', () => {
  it('is now for what is critical by itself, however long ago', () => {
    expect(urgency(phq9Response([0, 0, 0, 0, 0, 0, 0, 0, 1]), 9_000)).toBe('now');
    expect(urgency(phq9Response([3, 3, 3, 3, 3, 3, 3, 3, 0]))).toBe('routine');
  });

  it('is now for what counts towards a critical score and is not older than a day', () => {
    expect(urgency(quick)).toBe('now');
    expect(urgency(quick, 24)).toBe('now');
    expect(urgency(quick, 24.01)).toBe('routine');
    expect(urgency(vitalSign(PULSE, 70, '/min', '11:00'))).toBe('routine');
    const { effectiveDateTime: _, ...undated } = quick;
    expect(urgency(undated as FhirResource, 9_000)).toBe('now');
  });

  it('is now for what was ordered lately, since the order may be stat', () => {
    const ordered = {
      ...vitalSign(PULSE, 70, '/min', '11:00'),
      basedOn: [{ reference: 'ServiceRequest/sr1' }],
    };
    expect(urgency(ordered)).toBe('now');
    expect(urgency(ordered, 24.01)).toBe('routine');
  });

  it('is none for what starts no pipeline or was withdrawn', () => {
    expect(urgency(vitalSign('29463-7', 900, 'kg', '11:00'))).toBe('none');
    expect(urgency({ ...quick, status: 'entered-in-error' })).toBe('none');
  });
});
