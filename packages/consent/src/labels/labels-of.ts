import { isRecord, listOf, textOf } from '../model/fhir-json.ts';
import { CONFIDENTIALITY, isConfidentialityCode } from './confidentiality.ts';
import { labelFamily } from './label-systems.ts';
import {
  HANDLING_CODES,
  sensitivityBit,
  sensitivityCode,
  UNKNOWN_SENSITIVITY,
} from './sensitivity-dictionary.ts';

/** What the store keeps beside a resource for every decision about it. */
export interface SecurityLabels {
  /** Rank as in `CONFIDENTIALITY`; the highest label wins, none means N (A8). */
  readonly confidentiality: number;
  /** Own bits of the sensitivity labels; a label nobody knows sets `UNKNOWN_SENSITIVITY`. */
  readonly sensitivity: bigint;
}

/**
 * Labels that a FHIR resource states of itself: `meta.security`, DS4P labels inside its elements,
 * which count for all of it. Purpose,
 * integrity and handling tags carry no label.
 */
export function labelsOf(resource: unknown): SecurityLabels {
  const meta = isRecord(resource) ? resource['meta'] : undefined;
  let confidentiality = -1;
  let sensitivity = 0n;
  const tags = [
    ...listOf(isRecord(meta) ? meta['security'] : undefined),
    ...inlineLabels(resource, []),
  ];
  for (const tag of tags) {
    const code = isRecord(tag) ? textOf(tag['code']) : undefined;
    const family = isRecord(tag) ? labelFamily(textOf(tag['system']) ?? '') : undefined;
    if (family === 'purpose' || family === 'integrity') continue;
    if (family === 'confidentiality' && code !== undefined && isConfidentialityCode(code)) {
      confidentiality = Math.max(confidentiality, CONFIDENTIALITY[code]);
    } else if (family === 'act-code' && code !== undefined && HANDLING_CODES.has(code)) {
      continue;
    } else if (family === 'act-code' && code !== undefined) {
      sensitivity |= sensitivityBit(sensitivityCode(code) ?? '');
    } else {
      sensitivity |= UNKNOWN_SENSITIVITY;
    }
  }
  return {
    confidentiality: confidentiality < 0 ? CONFIDENTIALITY.N : confidentiality,
    sensitivity,
  };
}

const INLINE_LABEL =
  'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';

/** Adds to `found` and returns it: nearly always nothing, so nothing is built for it. */
function inlineLabels(value: unknown, found: unknown[]): unknown[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Array.isArray(value)) {
    for (const each of value) inlineLabels(each, found);
  } else if (isRecord(value)) {
    if (value['url'] === INLINE_LABEL) found.push(value['valueCoding']);
    else for (const name in value) inlineLabels(value[name], found);
  }
  return found;
}
