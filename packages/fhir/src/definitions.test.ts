import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitions } from './definitions.ts';
import { resourceTypes } from './resource-types.ts';

const file = new URL('../generated/definitions.json', import.meta.url);
const step = new URL('../build/compact-definitions.mjs', import.meta.url);

describe('the compacted definitions', () => {
  it('know every storage type, and stay small', () => {
    const { types } = definitions();
    for (const type of resourceTypes) expect(types[type]?.kind).toBe('resource');
    expect(statSync(file).size).toBeLessThan(3_000_000);
  });

  it('are left alone by the build step while they are up to date', () => {
    const run = () => execFileSync(process.execPath, [step.pathname], { encoding: 'utf8' });
    // The first run may have something to do: the step itself may just have been edited.
    run();
    const before = statSync(file).mtimeMs;
    expect(run()).toBe('');
    expect(statSync(file).mtimeMs).toBe(before);
  });

  it('enumerate the required value sets, but for open-ended ones', () => {
    const { valueSets } = definitions();
    const urls = Object.keys(valueSets);
    expect(urls.length).toBeGreaterThan(200);
    expect(urls).not.toContain('http://hl7.org/fhir/ValueSet/mimetypes');
    expect(valueSets['http://hl7.org/fhir/ValueSet/observation-status']?.codes).toContain('final');
  });
});
