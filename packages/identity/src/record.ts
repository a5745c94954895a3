import type { Brand } from '@holdfast/kernel';

export type RecordId = Brand<string, 'RecordId'>;

/** What one source says about one person, as it was written. Absent or blank means not known. */
export interface PersonRecord {
  readonly id: RecordId;
  readonly given?: string;
  readonly family?: string;
  /** `YYYY-MM-DD` or `YYYYMMDD`; other text counts as not known. */
  readonly birthDate?: string;
  readonly gender?: string;
  /** Business identifiers; values are compared within one system only. */
  readonly identifiers?: readonly { readonly system: string; readonly value: string }[];
  readonly emails?: readonly string[];
  readonly phones?: readonly string[];
  readonly houseNumber?: string;
  /** Street, building, unit: in any order, since sources mix them up. */
  readonly addressLines?: readonly string[];
  readonly locality?: string;
  readonly postcode?: string;
  readonly state?: string;
}
