import { isResourceType, type ResourceType } from './resource-types.ts';

/** What the text of a `Reference.reference` (or a search value) points at. */
export type ReferenceTarget =
  /** A resource of this server: `Patient/1`, `Patient/1/_history/2`. */
  | {
      readonly kind: 'local';
      readonly type: ResourceType;
      readonly id: string;
      readonly version?: string;
    }
  /** `Practitioner?identifier=…`: resolved by search when a transaction is stored. */
  | { readonly kind: 'conditional'; readonly type: ResourceType; readonly query: string }
  /** `#label`: inside the same resource. */
  | { readonly kind: 'contained'; readonly label: string }
  /** `urn:uuid:…`, another server's URL, …; `type` where the URL's path ends like a resource. */
  | { readonly kind: 'uri'; readonly uri: string; readonly type?: ResourceType };

const ID = '([A-Za-z0-9\\-.]{1,64})';
const RESTFUL = new RegExp(
  `^((?:https?://[^\\s?#]+?/)?)([A-Z][A-Za-z]+)/${ID}(?:/_history/${ID})?$`,
);

/**
 * Reads a literal reference (https://hl7.org/fhir/R4/references.html#literal).
 * @param base this server's address ending in `/`; absolute URLs below it count as local.
 */
export function parseReference(text: string, base?: string): ReferenceTarget {
  if (text.startsWith('#')) return { kind: 'contained', label: text.slice(1) };
  const match = RESTFUL.exec(text);
  const type = match?.[2];
  if (match !== null && type !== undefined && isResourceType(type)) {
    const [, prefix = '', , id = '', version] = match;
    if (prefix !== '' && prefix !== base) return { kind: 'uri', uri: text, type };
    return version === undefined
      ? { kind: 'local', type, id }
      : { kind: 'local', type, id, version };
  }
  return conditional(text) ?? { kind: 'uri', uri: text };
}

function conditional(text: string): ReferenceTarget | undefined {
  const cut = text.indexOf('?');
  const type = text.slice(0, cut);
  if (cut < 1 || !isResourceType(type)) return undefined;
  return { kind: 'conditional', type, query: text.slice(cut + 1) };
}

/**
 * The type a reference names, from its text or else from `Reference.type`; undefined if neither
 * tells.
 */
export function referencedType(text: string | undefined, stated?: string): string | undefined {
  if (text === undefined) return stated;
  const target = parseReference(text);
  if (target.kind === 'contained' || target.type === undefined) return stated;
  return target.type;
}
