import type { Rule } from './check.ts';
import type { Finding } from './report.ts';

/**
 * `ext-1`: an extension has a value or extensions, not both; and its url names no version
 * (https://hl7.org/fhir/R4/extensibility.html#Extension).
 */
export const extensionRule: Rule = (node, report) => {
  let values = 0;
  for (const name in node) {
    if (name.startsWith('value') || name.startsWith('_value')) values = 1;
  }
  const hasExtensions = node['extension'] !== undefined;
  if (values > 0 === hasExtensions) report.add(hasExtensions ? BOTH : NEITHER);
  const { url } = node;
  if (typeof url === 'string' && url.includes('|')) report.addAt('url', VERSIONED);
};

const BOTH: Finding = {
  code: 'invariant',
  diagnostics: 'ext-1: an extension with a value and with extensions',
  mend: 'Keep one of them.',
};
const NEITHER: Finding = {
  code: 'invariant',
  diagnostics: 'ext-1: an extension without a value and without extensions',
  mend: 'Give value[x] or extensions, or remove it.',
};
const VERSIONED: Finding = {
  code: 'value',
  diagnostics: 'the url of an extension names a version',
  mend: 'Cut the url at the |.',
};
