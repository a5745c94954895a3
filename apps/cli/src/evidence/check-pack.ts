import { type EvidencePack, type PackVerdict, verifyPack } from '@holdfast/compliance';
import { type NoteVerifier, nodeCryptography, noteVerifier } from '@holdfast/ledger';
import { CommandFailure, EXIT } from '../exit.ts';
import { readPack } from './pack-files.ts';

/** @throws CommandFailure where that is no key */
export function verifierOf(key: string): NoteVerifier {
  const verifier = noteVerifier(key, nodeCryptography);
  if (verifier.ok) return verifier.value;
  throw new CommandFailure(
    `That is no verifier key: ${verifier.error}.`,
    'Print it with holdfast ledger key where the server runs.',
    EXIT.usage,
  );
}

export const checkPack = (pack: EvidencePack, key: string): Promise<PackVerdict> =>
  verifyPack(pack, { verifier: verifierOf(key), sha256: nodeCryptography.sha256 });

/** `holdfast ledger verify FILE`: needs neither server nor database, and no key but the log's. */
export async function verifyFile(
  path: string,
  { key, json }: { readonly key: string | undefined; readonly json: boolean },
): Promise<void> {
  const { pack, isPageTrue } = await readPack(path);
  if (key === undefined) {
    throw new CommandFailure(
      `The pack says its log is signed by ${pack.log.key}.`,
      'Give the key you know from elsewhere with --key: the pack cannot vouch for its own.',
      EXIT.usage,
    );
  }
  const verdict = await checkPack(pack, key);
  const holds = verdict.ok && isPageTrue !== false;
  if (json) process.stdout.write(`${JSON.stringify({ ...verdict, ok: holds, isPageTrue })}\n`);
  else for (const line of linesOf(pack, verdict, isPageTrue)) console.log(line);
  if (!holds) process.exitCode = EXIT.findings;
}

function linesOf(
  { kind, question }: EvidencePack,
  { ok, findings, entries, size, erased }: PackVerdict,
  isPageTrue: boolean | null,
): string[] {
  const about = `${kind} of patient ${question.patient}`;
  return [
    ...findings.map((finding) => `  ${JSON.stringify(finding)}`),
    ok
      ? `The pack holds: ${about}; ${entries} records, by proof all there are among the first ${size} of the log.`
      : `The pack does NOT hold: ${findings.length} findings in ${about}.`,
    ...(erased > 0
      ? [`Of ${erased} records the content was erased: who it was is told only.`]
      : []),
    ...(isPageTrue === false ? ['pack.html beside it is NOT the page of this pack.'] : []),
    ...(isPageTrue === true ? ['pack.html beside it is the page of this pack.'] : []),
  ];
}
