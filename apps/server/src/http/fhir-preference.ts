export type Returns = 'minimal' | 'representation' | 'OperationOutcome';

/** What a client asks for beside the interaction (https://hl7.org/fhir/R4/http.html#ops). */
export interface Preference {
  /** What a write answers with. */
  readonly returns: Returns | undefined;
  /** Whether parameters that are not understood are refused or reported. */
  readonly handling: 'strict' | 'lenient' | undefined;
  readonly respondAsync: boolean;
}

/** Reads the Prefer header (RFC 7240); what it does not know it leaves alone, as the RFC asks. */
export function preferenceOf(header: string | readonly string[] | undefined): Preference {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  const wishes = new Map<string, string>();
  for (const part of text.split(/[,;]/)) {
    const [name = '', value = ''] = part.split('=', 2).map((side) => side.trim());
    // The first of several counts.
    const key = name.toLowerCase();
    if (!wishes.has(key)) wishes.set(key, value.replace(/^"(.*)"$/, '$1'));
  }
  const returns = wishes.get('return');
  const handling = wishes.get('handling');
  return {
    returns: isReturns(returns) ? returns : undefined,
    handling: handling === 'strict' || handling === 'lenient' ? handling : undefined,
    respondAsync: wishes.has('respond-async'),
  };
}

const isReturns = (text: string | undefined): text is Returns =>
  text === 'minimal' || text === 'representation' || text === 'OperationOutcome';
