import { nodeCryptography, noteVerifier, verifyCompletenessProof } from '@holdfast/ledger';
import type { PatientAccesses } from '@holdfast/server';
import { CommandFailure, EXIT } from '../exit.ts';
import { usually } from '../options.ts';
import { explained, type ServerAddress, tokenFor } from './server-address.ts';

export interface ShowOptions extends ServerAddress {
  readonly key?: string;
  readonly json: boolean;
}

/**
 * Prints who did what about a patient, once the proof that this is everybody holds; asking is itself
 * recorded. Without a key of the log only the list is checked against the index, not the index.
 */
export async function showPatient(patient: string, options: ShowOptions): Promise<void> {
  const { accesses, proof } = await ask(patient, options);
  const positions = accesses.map(({ position }) => position);
  const verifier = noteVerifier(options.key ?? '', nodeCryptography);
  if (options.key !== undefined && !verifier.ok) {
    throw new CommandFailure(
      `That is no verifier key: ${verifier.error}.`,
      'Print it with holdfast ledger key where the server runs.',
      EXIT.usage,
    );
  }
  const checked = verifier.ok
    ? await verifyCompletenessProof(
        { proof, positions },
        { verifier: verifier.value, sha256: nodeCryptography.sha256 },
      )
    : null;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ accesses, proof, verified: checked?.ok ?? null })}\n`);
  } else {
    for (const access of accesses) {
      const outcome = access.outcome === 0 ? '' : '  refused';
      console.log(`${access.recorded}  ${access.actor}  ${access.interaction}${outcome}`);
    }
    console.log(verdict(accesses.length, proof.size, checked));
  }
  if (checked?.ok === false) process.exitCode = EXIT.findings;
}

function verdict(
  count: number,
  size: number,
  checked: Awaited<ReturnType<typeof verifyCompletenessProof>> | null,
): string {
  if (checked === null) {
    return `${count} records. Give the log's key with --key to have it proved that there are no others.`;
  }
  return checked.ok
    ? `${count} records, and by proof no others among the first ${size} of the log.`
    : `The proof does NOT hold: ${checked.error}. Keep the database as it is and verify it.`;
}

async function ask(patient: string, options: ShowOptions): Promise<PatientAccesses> {
  const { server } = options;
  const token = await tokenFor(options, usually('compliance-officer'));
  const address = `${server}/ledger/patients/${encodeURIComponent(patient)}`;
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${token}` },
  }).catch((error: unknown) => {
    throw explained(error, server);
  });
  if (response.ok) return (await response.json()) as PatientAccesses;
  if (response.status === 403) {
    throw new CommandFailure(
      'Only compliance officers and the patients themselves are told.',
      'Set HOLDFAST_TOKEN to a token of one.',
    );
  }
  throw new CommandFailure(
    `The server answered ${response.status}.`,
    'Repeat the command in a few seconds.',
    response.status === 503 ? EXIT.temporary : EXIT.failure,
  );
}
