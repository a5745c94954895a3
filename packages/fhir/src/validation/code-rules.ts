/** A value set that nobody lists: a rule tells its codes. */
export interface CodeRule {
  has(code: unknown): boolean;
  readonly mend: string;
}

// RFC 6838 section 4.2. Values of parameters that RFC 2045 would have in quotes are written without:
// published R4 examples have `variant=DICOM WADO-RS`.
const NAME = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const PARAMETER = `\\s?;\\s?${NAME}=(?:"[^"]*"|[^;"]+)`;
const MEDIA_TYPE = new RegExp(`^${NAME}/(?:${NAME}|\\*)(?:${PARAMETER})*$`);

/** What R4 takes for formats beside media types (CapabilityStatement.format). */
const SIMPLE_FORMATS: ReadonlySet<unknown> = new Set(['xml', 'json', 'ttl']);

const mediaTypes: CodeRule = {
  has: (code) => SIMPLE_FORMATS.has(code) || (typeof code === 'string' && MEDIA_TYPE.test(code)),
  mend: 'Use a media type (BCP 13), e.g. application/pdf.',
};

/** Those that were in use once are among them; ISO 4217 keeps X for what is no country's. */
const CURRENCIES: ReadonlySet<unknown> = new Set(Intl.supportedValuesOf('currency'));

const currencies: CodeRule = {
  has: (code) => CURRENCIES.has(code) || (typeof code === 'string' && /^X[A-Z]{2}$/.test(code)),
  mend: 'Use a code of ISO 4217, e.g. EUR.',
};

/** By the value set's canonical address. */
export const CODE_RULES: Readonly<Record<string, CodeRule | undefined>> = {
  'http://hl7.org/fhir/ValueSet/mimetypes': mediaTypes,
  'http://hl7.org/fhir/ValueSet/currencies': currencies,
};
