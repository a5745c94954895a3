import { describe, expect, it } from 'vitest';
import { figuresBySize } from './slopes.ts';

const at = (patients: number, cpuMs: number, p99Ms: number) => ({
  patients,
  operations: new Map([['read', { cpuMs, p99Ms, buffers: 10 }]]),
});

describe('figures of several sizes', () => {
  it('are plain for the largest, named by size for the others, and compared', () => {
    expect(figuresBySize([at(10, 2, 5), at(100, 3, 20)])).toEqual({
      'patients10.read.cpuMs': 2,
      'patients10.read.p99Ms': 5,
      'patients10.read.buffers': 10,
      'read.cpuMs': 3,
      'read.p99Ms': 20,
      'read.buffers': 10,
      'slope.read': 1.5,
      'slopeBuffers.read': 1,
      'slopeP99.read': 4,
    });
  });

  it('have no slope where there is one size', () => {
    expect(Object.keys(figuresBySize([at(10, 2, 5)]))).toEqual([
      'read.cpuMs',
      'read.p99Ms',
      'read.buffers',
    ]);
  });
});
