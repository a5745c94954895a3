import { resolve } from 'node:path';
import type { EvidencePack } from '@holdfast/compliance';
import type { Command } from 'commander';
import { checkPack } from '../evidence/check-pack.ts';
import { writePack } from '../evidence/pack-files.ts';
import { EXIT } from '../exit.ts';
import { aboutPatient, asking, periodOf, type ReportOptions } from './compliance-reports.ts';

interface PackOptions extends ReportOptions {
  readonly out: string;
  readonly key?: string;
}

/** `holdfast compliance pack`: an answer with what proves it, as files to hand on. */
export function registerPack(compliance: Command): void {
  const description = 'Write an answer with its proofs: accounting, accesses, break-glass';
  aboutPatient(compliance, 'pack <kind>', description)
    .requiredOption('--out <directory>', 'where to; made if it is not there')
    .option('--key <key>', 'verifier key of the log: checks the pack before it is handed on')
    .action(pack);
}

async function pack(kind: string, options: PackOptions): Promise<void> {
  const answer = await asking(options, (client) => client.readPack(kind, periodOf(options)));
  const made = answer as EvidencePack; // checked by the client against the same contract
  const directory = resolve(options.out);
  const receipts = await writePack(directory, made);
  console.log(`${directory}: pack.json, pack.html, ${receipts} receipts.`);
  if (options.key === undefined) {
    console.log(`Check it anywhere: holdfast ledger verify ${options.out} --key KEY`);
    return;
  }
  const verdict = await checkPack(made, options.key);
  console.log(
    verdict.ok
      ? `It holds: ${verdict.entries} records about the patient, by proof all of the first ${verdict.size}.`
      : `It does NOT hold: ${JSON.stringify(verdict.findings)}`,
  );
  if (!verdict.ok) process.exitCode = EXIT.findings;
}
