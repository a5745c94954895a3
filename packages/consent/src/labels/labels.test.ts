import { describe, expect, it } from 'vitest';
import { BEYOND_EMERGENCY } from '../law/guards.ts';
import { CONFIDENTIALITY } from './confidentiality.ts';
import { labelsOf } from './labels-of.ts';
import {
  sensitivityBit,
  sensitivityClosure,
  sensitivityCode,
  sensitivityCodes,
  UNKNOWN_SENSITIVITY,
} from './sensitivity-dictionary.ts';

const THO = 'http://terminology.hl7.org/CodeSystem';
const tagged = (...security: object[]) => ({ resourceType: 'Observation', meta: { security } });

describe('labelsOf', () => {
  it('A8 takes no confidentiality label as N', () => {
    expect(labelsOf({ resourceType: 'Observation' })).toEqual({
      confidentiality: CONFIDENTIALITY.N,
      sensitivity: 0n,
    });
  });

  it('takes the highest confidentiality, also below N', () => {
    const code = (each: string) => ({ system: `${THO}/v3-Confidentiality`, code: each });
    expect(labelsOf(tagged(code('L'), code('R'))).confidentiality).toBe(CONFIDENTIALITY.R);
    expect(labelsOf(tagged(code('L'))).confidentiality).toBe(CONFIDENTIALITY.L);
  });

  it('sets the bit of every sensitivity, in any spelling of its system or code (A18)', () => {
    const labels = labelsOf(
      tagged(
        {
          system: 'http://terminology.hl7.org/ValueSet/v3-InformationSensitivityPolicy',
          code: 'HIV',
        },
        { system: `${THO}/v3-ActCode`, code: 'SEXUAL' },
      ),
    );
    expect(labels.sensitivity).toBe(sensitivityBit('HIV') | sensitivityBit('SEX'));
  });

  it('keeps a label it does not know as an unknown sensitivity, never as none', () => {
    const unknown = [
      { system: `${THO}/v3-ActCode`, code: 'NOSUCH' },
      { system: 'http://local.example', code: 'VIP' },
      { code: 'HIV' },
      'not even a coding',
    ];
    for (const tag of unknown) {
      expect(labelsOf(tagged(tag as object)).sensitivity).toBe(UNKNOWN_SENSITIVITY);
    }
  });

  it('does not take purpose, integrity and handling tags for labels', () => {
    const labels = labelsOf(
      tagged(
        { system: `${THO}/v3-ActReason`, code: 'HTEST' },
        { system: `${THO}/v3-ActCode`, code: 'NODSCLCD' },
        { system: `${THO}/v3-ObservationValue`, code: 'SUBSETTED' },
      ),
    );
    expect(labels.sensitivity).toBe(0n);
  });
});

describe('the sensitivity dictionary', () => {
  it('A21 reaches a code through every one of its parents', () => {
    for (const ancestor of ['SUD', 'ETH', 'BH', 'SPI', 'ETHUD']) {
      expect(sensitivityClosure(ancestor) & sensitivityBit('ETHUD')).not.toBe(0n);
    }
    expect(sensitivityClosure('MH') & sensitivityBit('ETHUD')).toBe(0n);
    expect(sensitivityClosure('ETHUD') & sensitivityBit('SUD')).toBe(0n);
  });

  it('gives every code a bit of its own that fits a signed 64-bit column', () => {
    const all = [...sensitivityCodes.map(sensitivityBit), UNKNOWN_SENSITIVITY];
    expect(new Set(all).size).toBe(sensitivityCodes.length + 1);
    for (const bit of all) expect(bit < 1n << 63n).toBe(true);
  });

  it('maps other spellings to its own codes and guards both kinds of counselling notes', () => {
    expect([
      sensitivityCode('DVIOL'),
      sensitivityCode('HIPAAPsyNotes'),
      sensitivityCode('X'),
    ]).toEqual(['SDV', 'PSYTHPN', undefined]);
    expect(BEYOND_EMERGENCY).toBe(sensitivityBit('PSYTHPN') | sensitivityBit('SUDCN'));
  });
});
