import { serverFault } from '../errors.ts';

/** What an operation was asked: every value of a name, or the first. */
export interface Asked {
  all(name: string): string[];
  one(name: string): string | null;
}

/** Parameters of an operation: of the address, or of a Parameters resource in the body. */
export function parametersOf({
  url,
  body,
}: {
  readonly url: string;
  readonly body: unknown;
}): Asked {
  const query = new URLSearchParams(url.split('?', 2)[1] ?? '');
  const found: [string, string][] = [...query];
  const sent = bodyOf(body);
  const list =
    typeof sent === 'object' && sent !== null && 'parameter' in sent ? sent.parameter : [];
  for (const each of Array.isArray(list) ? list : []) {
    const { name, ...rest } = each as { name: string };
    const value = Object.values(rest)[0];
    if (typeof value === 'string' || typeof value === 'number') found.push([name, String(value)]);
  }
  const all = (wanted: string) =>
    found.filter(([name]) => name === wanted).flatMap(([, value]) => value.split(','));
  return { all, one: (wanted) => all(wanted)[0] ?? null };
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'The body is not JSON.' });
  }
}
