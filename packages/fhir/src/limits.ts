/**
 * Nesting of objects and arrays in one body. R4 examples stay below 20; recursion stays far from
 * the stack's end.
 */
export const MAX_JSON_DEPTH = 64;

/** Characters of one resource body (UTF-16 units). Larger documents belong into Binary. */
export const MAX_BODY_CHARACTERS = 16 * 1024 * 1024;

/**
 * Up to this length a syntax error is located; searching a larger body would cost more than parsing
 * it.
 */
export const MAX_LOCATED_CHARACTERS = 1024 * 1024;

/**
 * Issues reported for one resource: a person mends the first few; a hostile body must not buy a
 * huge answer.
 */
export const MAX_ISSUES = 50;

/** Operations of one patch: each copies the path it changes; more is an update. */
export const MAX_PATCH_OPERATIONS = 1_000;

/** Characters of a FHIRPath that a request brings: paths of patches are short. */
export const MAX_PATCH_PATH_CHARACTERS = 1_000;

/** Entries of one batch or transaction: the largest Synthea patients need about 3,000. */
export const MAX_BUNDLE_ENTRIES = 5_000;

/** Default page: what a clinical screen shows at once. */
export const DEFAULT_COUNT = 20;

/** Versions on a history page unless asked for more or fewer. */
export const DEFAULT_HISTORY_COUNT = 100;

/** Page of `$everything`: a chart is read as a whole, so in few round trips of a few hundred kB. */
export const EVERYTHING_COUNT = 200;

/** Searches that filter one export: each is asked of every row of its type. */
export const MAX_TYPE_FILTERS = 20;

/** Largest page: its audit records and consent decisions are taken in one statement. */
export const MAX_COUNT = 1_000;

/** Criteria of one search: each is at least one index probe per row. */
export const MAX_CRITERIA = 32;

/** Comma-separated values of one criterion: each is an index probe. */
export const MAX_VALUES = 100;

/** Characters of one search string; longer URLs use POST `_search` with the same limit. */
export const MAX_SEARCH_CHARACTERS = 16 * 1024;

/** Keys of one `_sort`: the sealed cursor carries one value for each. */
export const MAX_SORT_KEYS = 4;

/** Links a chain or `_has` may follow: each multiplies what the database visits. */
export const MAX_CHAIN_LINKS = 4;

/** `_include` and `_revinclude` of one search: each is a probe for every row of the page. */
export const MAX_INCLUDES = 20;

/** Rounds of `:iterate`: references may form circles. */
export const MAX_INCLUDE_ROUNDS = 5;

/** Characters of a UCUM unit that is converted: real ones stay below 30. */
export const MAX_UNIT_CHARACTERS = 64;

/** Units whose conversion is remembered: data in use has a few hundred. */
export const MAX_CACHED_UNITS = 2_000;

/**
 * Composite rows of one parameter of one resource: the product of the codings and values of each
 * element. Beyond it the last ones are not found by composites, but by their single parameters.
 */
export const MAX_COMPOSITE_ROWS = 1_000;

/** Types one untyped chain may lead to: each is a sub-query. */
export const MAX_CHAIN_TARGETS = 16;

/**
 * Conditions read on all branches of all chains of one search. An untyped chain of any-type
 * references would branch into 146 types at every link.
 */
export const MAX_SEARCH_CONDITIONS = 1_000;

/** Codes that the value sets or hierarchies of one criterion may stand for: all that R4 lists. */
export const MAX_EXPANDED_CODES = 10_000;

/** ValueSets and CodeSystems that are loaded to answer for one: sets that include sets without end. */
export const MAX_LOADED_DEFINITIONS = 50;

/** Value sets that include value sets: published ones nest three deep, and a circle ends here. */
export const MAX_NESTED_VALUE_SETS = 10;
