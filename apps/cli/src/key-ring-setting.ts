import { InvalidArgumentError } from 'commander';

/** Where the key ring of audit bodies comes from; undefined = the file in the data directory. */
export function keyRingSetting(
  env: NodeJS.ProcessEnv,
): { readonly kind: 'text' | 'command'; readonly value: string } | undefined {
  const text = env['HOLDFAST_AUDIT_KEYS'] || undefined;
  const command = env['HOLDFAST_AUDIT_KEYS_COMMAND'] || undefined;
  if (text !== undefined && command !== undefined) {
    throw new InvalidArgumentError(
      'HOLDFAST_AUDIT_KEYS and HOLDFAST_AUDIT_KEYS_COMMAND are both set. Keep the one that is meant.',
    );
  }
  if (text !== undefined) return { kind: 'text', value: text };
  return command === undefined ? undefined : { kind: 'command', value: command };
}
