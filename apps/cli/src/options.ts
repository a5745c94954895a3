import { InvalidArgumentError, Option } from 'commander';

/** Where keys, checkpoints and the embedded database lie. */
export const dataOption = (): Option =>
  new Option('--data <directory>', 'keys and the embedded database')
    .env('HOLDFAST_DATA')
    .default('.holdfast');

/** The running server that a command talks to. */
export const serverOption = (): Option =>
  new Option('--server <url>', 'root address of a running server')
    .env('HOLDFAST_SERVER')
    .default('http://127.0.0.1:8080')
    .argParser(rootAddress);

/** As whom a command asks, in the demo. */
export interface Asker {
  readonly persona: string;
  /** Somebody wrote it; else it is the command's usual one. */
  readonly typed: boolean;
}

export const usually = (persona: string): Asker => ({ persona, typed: false });

export const asOption = (persona: string): Option =>
  new Option('--as <persona>', 'demo persona that asks, whatever HOLDFAST_TOKEN holds')
    .default(usually(persona), `HOLDFAST_TOKEN, else "${persona}"`)
    .argParser((typed: string): Asker => ({ persona: typed, typed: true }));

/** @returns a whole number within the bounds, or a refusal that names them */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= low && number <= high)) {
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
    }
    return number;
  };
}

function rootAddress(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new InvalidArgumentError('It must be an address such as http://127.0.0.1:8080.');
  }
  return text.replace(/\/+$/, '');
}
