import { existsSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../../../../shared/data/consent-vectors/', import.meta.url);

/** Are the vectors here? In continuous integration they must be. */
export function vectorsPresent(): boolean {
  if (existsSync(FOLDER)) return true;
  if (process.env['CI'] !== undefined) throw new Error('the consent vectors are missing');
  console.warn('skipped: no consent vectors at ../shared/data/consent-vectors');
  return false;
}

export const vectorText = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8');

export const vectorJson = (path: string): unknown => JSON.parse(vectorText(path)) as unknown;

type Element = Record<string, unknown>;

const LISTS = new Set([
  'provision',
  'actor',
  'action',
  'securityLabel',
  'purpose',
  'class',
  'coding',
]);

/**
 * The HL7 examples are XML of several FHIR versions; this reads just them, as R4 JSON: `decision`
 * (R5) becomes the root's type with its provisions below, `resourceType` (R6) a class.
 */
export function consentFromXml(xml: string): Element {
  const open: { name: string; element: Element }[] = [{ name: '', element: {} }];
  for (const [, closing, name = '', value, selfClosing] of xml.matchAll(
    /<(\/?)(\w+)(?:\s+(?:value|xmlns)="([^"]*)")?\s*(\/?)>/g,
  )) {
    if (closing === '/') {
      const done = open.pop();
      if (done !== undefined) attach(open, done.name, done.element);
    } else if (selfClosing === '/') attach(open, name, value);
    else open.push({ name, element: {} });
  }
  const consent = open[0]?.element['Consent'] as Element;
  const provisions = consent['provision'] as Element[];
  const decision = consent['decision'];
  return {
    ...consent,
    provision: decision === undefined ? provisions[0] : { type: decision, provision: provisions },
  };
}

function attach(open: readonly { element: Element }[], name: string, value: unknown): void {
  const parent = open.at(-1)?.element;
  if (parent === undefined) return;
  const key = name === 'resourceType' ? 'class' : name;
  if (!LISTS.has(key)) parent[key] = value;
  else parent[key] = [...((parent[key] as unknown[] | undefined) ?? []), value];
}
