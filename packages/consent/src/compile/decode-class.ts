import { err, ok, type Result } from '@holdfast/kernel';
import { isRecord } from '../model/fhir-json.ts';
import { CLASS_FORMAT, type ConsentClass } from './canonical-class.ts';

/** Class 0: no consent is or will be in force. */
export const NO_CONSENT: ConsentClass = { format: CLASS_FORMAT, consents: [] };

/**
 * Reads a stored class back. Its text was written by `canonicalise` and is immutable, so only its
 * format is in question: a class of a newer process is not guessed at.
 */
export function decodeClass(canonical: string): Result<ConsentClass, 'unknown-format'> {
  const value: unknown = JSON.parse(canonical);
  return isConsentClass(value) ? ok(value) : err('unknown-format');
}

const isConsentClass = (value: unknown): value is ConsentClass =>
  isRecord(value) && value['format'] === CLASS_FORMAT && Array.isArray(value['consents']);
