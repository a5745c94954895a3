// The package's own declaration describes an ES module; what it ships is CommonJS.
declare module 'canonicalize' {
  function canonicalize(input: unknown): string | undefined;
  export = canonicalize;
}
