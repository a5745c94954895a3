import { type MatchParameters, readParameters } from '@holdfast/identity';
import { CommandFailure, EXIT } from '../exit.ts';
import { documentIn } from '../json-document.ts';

/** @throws CommandFailure naming the place in the file that is not as it must be */
export async function parametersIn(file: string): Promise<MatchParameters> {
  const read = readParameters(await documentIn(file));
  if (read.ok) return read.value;
  const { at, expected } = read.error;
  throw new CommandFailure(
    `${file}: ${at === '' ? 'It' : at} is not ${expected}.`,
    'Name a file that `holdfast identity train` wrote.',
    EXIT.usage,
  );
}

/** What the server matches by, where it was told. */
export async function identitySettings(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly identityParameters?: MatchParameters }> {
  const file = env['HOLDFAST_IDENTITY_PARAMETERS'] ?? '';
  return file === '' ? {} : { identityParameters: await parametersIn(file) };
}
