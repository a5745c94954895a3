import { readFileSync } from 'node:fs';

const described = new URL('../package.json', import.meta.url);

/** Of this program, as its package says. */
export const VERSION = (JSON.parse(readFileSync(described, 'utf8')) as { version: string }).version;
