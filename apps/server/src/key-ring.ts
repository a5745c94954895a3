import {
  ensureRingFile,
  type KeyRingSource,
  type OwnedRing,
  ringCommand,
  ringFile,
  ringText,
} from '@holdfast/ledger';

/** Where the key ring of the audit bodies comes from, unless it is the file in the data directory. */
export interface KeyRingSetting {
  readonly kind: 'text' | 'command';
  readonly value: string;
}

/** Makes the file at the first start, where the ring is kept in one. */
export const ensureKeyRing = async (
  directory: string,
  setting: KeyRingSetting | undefined,
): Promise<KeyRingSource> =>
  setting === undefined ? await ensureRingFile(directory) : elsewhere(setting);

/** The ring as it is: for whoever only looks. */
export const keyRingSource = (
  directory: string,
  setting: KeyRingSetting | undefined,
): KeyRingSource | OwnedRing => (setting === undefined ? ringFile(directory) : elsewhere(setting));

const elsewhere = ({ kind, value }: KeyRingSetting): KeyRingSource =>
  kind === 'text' ? ringText(value) : ringCommand(value);
